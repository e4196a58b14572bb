"""A domain of yours for both APIs: Twilio calls `https://<domain>` and connects to `wss://relay.<domain>`.

Two names, since API Gateway lets no WebSocket API share a domain name with another kind of API. The certificate
covers both. Source: AWS, "Custom domain names for WebSocket APIs in API Gateway".
"""

from dataclasses import dataclass

from aws_cdk import CfnOutput, aws_apigatewayv2, aws_certificatemanager, aws_route53, aws_route53_targets
from aws_cdk.aws_certificatemanager import Certificate, CertificateValidation, ICertificate
from constructs import Construct

from infra.apis import Relay, Webhooks


@dataclass(frozen=True, slots=True)
class DomainChoice:
    """What a stage chooses of a domain.

    Without a certificate one is made, and the deployment waits for its DNS record.
    """

    name: str
    """The domain of the webhooks, such as `phone.example.com`; the relay has `relay.` before it."""

    certificate: str = ""
    """The ARN of a certificate in the same Region that covers both names."""

    zone: str = ""
    """The id of the Route 53 zone that holds the domain: then all DNS records are made too."""

    @property
    def relay(self) -> str:
        """The name that ConversationRelay connects to."""
        return f"relay.{self.name}"


class Domain(Construct):
    """Both names, their certificate, and what leads from a name to its API."""

    def __init__(self, scope: Construct, choice: DomainChoice, webhooks: Webhooks, relay: Relay) -> None:
        """Create what is needed for these two APIs."""
        super().__init__(scope, "Domain")
        self.choice = choice
        self._zone = self._its_zone()
        certificate = self._certificate()
        self._point("Webhooks", choice.name, certificate, webhooks.api, webhooks.stage)
        self._point("Relay", choice.relay, certificate, relay.api, relay.stage)

    @property
    def public_url(self) -> str:
        """The URL that Twilio's webhooks are signed for."""
        return f"https://{self.choice.name}"

    @property
    def relay_url(self) -> str:
        """The URL that ConversationRelay's handshake is signed for."""
        return f"wss://{self.choice.relay}"

    def _its_zone(self) -> aws_route53.IHostedZone | None:
        if not self.choice.zone:
            return None
        return aws_route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=self.choice.zone, zone_name=self.choice.name
        )

    def _certificate(self) -> ICertificate:
        if self.choice.certificate:
            return Certificate.from_certificate_arn(self, "Certificate", self.choice.certificate)
        return aws_certificatemanager.Certificate(
            self,
            "Certificate",
            domain_name=self.choice.name,
            subject_alternative_names=[self.choice.relay],
            validation=CertificateValidation.from_dns(self._zone),
        )

    def _point(
        self,
        name: str,
        domain: str,
        certificate: ICertificate,
        api: aws_apigatewayv2.IApi,
        stage: aws_apigatewayv2.IStage,
    ) -> None:
        """Let a name lead to an API; without a zone an output says where its CNAME must point."""
        named = aws_apigatewayv2.DomainName(self, f"{name}Name", domain_name=domain, certificate=certificate)
        aws_apigatewayv2.ApiMapping(self, f"{name}Mapping", api=api, domain_name=named, stage=stage)
        if self._zone:
            target = aws_route53_targets.ApiGatewayv2DomainProperties(
                named.regional_domain_name, named.regional_hosted_zone_id
            )
            aws_route53.ARecord(
                self,
                f"{name}Record",
                zone=self._zone,
                record_name=f"{domain}.",
                target=aws_route53.RecordTarget.from_alias(target),
            )
        else:
            output = CfnOutput(self, f"{name}Target", value=named.regional_domain_name)
            output.description = f"The CNAME of {domain} points here"
