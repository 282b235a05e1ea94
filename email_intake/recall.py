"""The letter by which Outlook asks to have one back that was sent before: nobody has written it (case 102)."""

import re

from email_intake.headers import Head

CLASSES = frozenset({"urn:content-classes:recallmessage", "urn:content-classes:recallreport"})
LONGEST = 800
ENDS = (
    '"',
    "“",
    "”",
    "»",
    "«",
    "'",
    "’",
    "」",
    "』",
    "》",
    "zurückrufen",
    "trekken",
    "terugroepen",
    "istiyor",
)
SOMEBODY = (
    r"(?!(?:i|we|ich|wir|je|nous|yo|io|noi|ik|wij|eu|nós|ja|jag|jeg|vi|já|я|мы|我)\b)\S[^\"“„«「]{0,120}?"
)
QUOTED = r"[\"“”„«»'‘「『《].{0,500}[\"“”„«»'’」』》]"
WANTS = (
    r"would like to recall the message|(?:souhait\w+|voudrait|désire) rappeler le message|(?:desea|quiere|quisiera) (?:recuperar|retirar) el mensaje|"
    r"(?:desidera|vorrebbe|vuole) richiamare il messaggio|(?:deseja|gostaria de|pretende|quer) (?:recuperar|cancelar|revogar|anular) a mensagem|"
    r"(?:chce|chciałby|chciałaby) (?:odwołać|wycofać) wiadomość|vill återkalla meddelandet|(?:vil gerne|ønsker at|ønsker å|vil gjerne|vil) (?:tilbagekalde|tilbakekalle) (?:meddelelsen|meldingen)|"
    r"haluaa (?:peruuttaa|kutsua takaisin) viestin|(?:chce|by chtěla?|si přeje) (?:odvolat|stáhnout) zprávu|(?:хочет|хотела? бы|желает) отозвать (?:сообщение|письмо)|(?:想要|希望|要|将)?(?:撤回|召回)(?:此)?(?:邮件|消息)"
)
SENTENCE = re.compile(
    rf"\A{SOMEBODY} ?(?:(?:{WANTS})\W{{0,3}}{QUOTED}|(?:möchte|will) die (?:nachricht|e-?mail)\W{{0,3}}{QUOTED} ?zurückrufen|"
    rf"(?:wil|wenst) (?:graag )?het bericht\W{{0,3}}{QUOTED} ?(?:in te trekken|intrekken|terugroepen)|{QUOTED} ?iletisini geri (?:çağırmak|almak) istiyor)\W*\Z",
    re.IGNORECASE,
)


def is_recall(head: Head, text: str) -> bool:
    """Whether it says so in its header, or says no more than that one sentence."""
    if head.token("content-class") in CLASSES:
        return True
    return (
        len(text) <= LONGEST
        and text.rstrip(" .\n").endswith(ENDS)
        and SENTENCE.match(" ".join(text.split())) is not None
    )
