"""Gives both APIs a domain of yours: Twilio calls `https://<domain>` and connects to `wss://relay.<domain>`.

There are two names, because a WebSocket API cannot share a domain name with another kind of API. One certificate
covers both. Source: AWS, "Custom domain names for WebSocket APIs in API Gateway".
"""

from dataclasses import dataclass

from aws_cdk import CfnOutput, aws_apigatewayv2, aws_certificatemanager, aws_route53, aws_route53_targets
from aws_cdk.aws_certificatemanager import Certificate, CertificateValidation, ICertificate
from constructs import Construct

from infra.apis import Relay, Webhooks


@dataclass(frozen=True, slots=True)
class DomainChoice:
    """The domain of a stage. Without a certificate, one is made, and the deployment waits for its DNS record."""

    name: str
    """The domain of the webhooks, such as `phone.example.com`. The relay's name has `relay.` before it."""

    certificate: str = ""
    """The ARN of a certificate in the same Region that covers both names."""

    zone: str = ""
    """The id of the Route 53 zone of the domain. With it, all DNS records are made too."""

    @property
    def relay(self) -> str:
        """The name to which ConversationRelay connects."""
        return f"relay.{self.name}"


class Domain(Construct):
    """Both names, their certificate, and the mapping of each name to its API."""

    def __init__(self, scope: Construct, choice: DomainChoice, webhooks: Webhooks, relay: Relay) -> None:
        """Create the names, the certificate and the mappings for these two APIs."""
        super().__init__(scope, "Domain")
        self.choice = choice
        self._zone = self._its_zone()
        certificate = self._certificate()
        self._point("Webhooks", choice.name, certificate, webhooks.api, webhooks.stage)
        self._point("Relay", choice.relay, certificate, relay.api, relay.stage)

    @property
    def public_url(self) -> str:
        """The URL for which Twilio signs its webhooks."""
        return f"https://{self.choice.name}"

    @property
    def relay_url(self) -> str:
        """The URL for which Twilio signs ConversationRelay's handshake."""
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
        """Map a name to an API. Without a zone, an output says where its CNAME record must point."""
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
