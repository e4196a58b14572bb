"""The user's own domain for both APIs: names, certificate, and the URLs for which requests are signed."""

import pytest

from infra.deployment import Deployment, new_app
from tests.infra.conftest import Synthesize

pytestmark = pytest.mark.slow

DOMAIN = "phone.example.com"
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d"
NAMES = "AWS::ApiGatewayV2::DomainName"


def test_signatures_are_made_over_the_domain(synthesize: Synthesize) -> None:
    made = synthesize(domain=DOMAIN)
    variables = made.function("twiml")["Environment"]["Variables"]
    assert variables["HOTLINE_PUBLIC_URL"] == f"https://{DOMAIN}"
    assert made.function("connect")["Environment"]["Variables"]["HOTLINE_RELAY_URL"] == f"wss://relay.{DOMAIN}"
    outputs = {name: one["Value"] for name, one in made.service["Outputs"].items()}
    assert (outputs["VoiceUrl"], outputs["RelayUrl"]) == (f"https://{DOMAIN}/voice", f"wss://relay.{DOMAIN}")


def test_words_go_back_by_the_endpoint_of_the_api(synthesize: Synthesize) -> None:
    variables = synthesize(domain=DOMAIN).function("default")["Environment"]["Variables"]
    assert DOMAIN not in variables["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"]


def test_each_api_has_its_own_name(synthesize: Synthesize) -> None:
    made = synthesize(domain=DOMAIN)
    assert sorted(one["DomainName"] for one in made.properties(NAMES).values()) == [DOMAIN, f"relay.{DOMAIN}"]
    assert len(made.properties("AWS::ApiGatewayV2::ApiMapping")) == 2


def test_a_certificate_is_made_for_both_names(synthesize: Synthesize) -> None:
    [certificate] = synthesize(domain=DOMAIN).properties("AWS::CertificateManager::Certificate").values()
    assert (certificate["DomainName"], certificate["SubjectAlternativeNames"]) == (DOMAIN, [f"relay.{DOMAIN}"])


def test_a_certificate_that_is_given_is_used(synthesize: Synthesize) -> None:
    made = synthesize(domain=DOMAIN, certificate=CERTIFICATE)
    assert not made.properties("AWS::CertificateManager::Certificate")
    used = {one["DomainNameConfigurations"][0]["CertificateArn"] for one in made.properties(NAMES).values()}
    assert used == {CERTIFICATE}


def test_a_zone_gets_the_records(synthesize: Synthesize) -> None:
    records = synthesize(domain=DOMAIN, zone="Z0123456789ABC").properties("AWS::Route53::RecordSet").values()
    assert sorted(one["Name"] for one in records) == [f"{DOMAIN}.", f"relay.{DOMAIN}."]


def test_without_a_zone_it_says_where_to_point(synthesize: Synthesize) -> None:
    outputs = synthesize(domain=DOMAIN).service["Outputs"].values()
    told = [one.get("Description", "") for one in outputs]
    assert [f"The CNAME of {name} points here" in told for name in (DOMAIN, f"relay.{DOMAIN}")] == [True, True]


@pytest.mark.parametrize(
    ("choices", "fault"),
    [
        ({"domain": "https://phone.example.com"}, "without https://"),
        ({"domain": "phone"}, "The domain is 'phone'"),
        ({"domain": "Phone.example.com"}, "The domain is"),
        ({"domain": DOMAIN, "certificate": "mine"}, "give its ARN"),
        ({"domain": DOMAIN, "zone": "example.com"}, "the id of a Route 53 zone"),
        ({"zone": "Z0123456789ABC"}, "without a domain"),
    ],
)
def test_a_domain_that_cannot_be_is_refused(choices: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Deployment.chosen(new_app(**choices))
