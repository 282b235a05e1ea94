"""What telephones and mail programs write below a text by themselves: where it was sent from, or how to get them (case 128)."""

import re

PRODUCT = (
    r"(?:iPhon|iPad|iPod|iOS|Android|Outlook|Windows|Mail|Posta|Courrier|Correo|Correio|Pošta|Почт|Zoho|Proton|Yahoo|AOL|GMX|"
    r"BlackBerry|Thunderbird|Samsung|Galaxy|Huawei|Xiaomi|Redmi|Pixel|Motorola|Nokia|Xperia|OnePlus|Fairphone|Handy|Mobil|"
    r"Spark|Shortwave|Superhuman|Airmail|Mailspring|Canary|móvil|celular|cellulare|cell|téléphone|portable|telefo|phone|tablet|Gerät)"
)
SENT_FROM = (
    r"(?:(?:Sent|Send) (?:from|via|with|using|by)|Gesendet (?:von|mit|über)|Envoyé (?:de|depuis|à partir de|avec|par)|"
    r"Enviad[oa] (?:desde|de|do|da|pelo|con|com)|Inviat[oa] (?:da|dal|dalla|con)|(?:Verzonden|Verstuurd) (?:vanaf|vanuit|met|via)|"
    r"Sendt (?:fra|med)|Skickat (?:från|med)|Wysłan[eo] (?:z|ze)|Odeslán[oa] (?:z|ze)|Odoslané (?:z|zo)|Poslano (?:z|s|iz)|"
    r"Trimis (?:de pe|din)|Отправлено (?:с|из|через)|Надіслано (?:з|із)|Изпратено от|Στάλθηκε από|Küldve az?|Lähetetty|"
    r"נשלח מ|发自|来自|來自|从|從|Invio da)"
)
IS_SENT = r"(?:から送信|gönderildi|보냄|发送|傳送)"
MESSAGE_WAS = r"(?:Diese (?:Nachricht|E-?Mail) wurde )?(?:Von|mit)"
GET = (
    r"(?:Get|Download|Hol(?:en Sie sich| dir)|Laden Sie|Télécharge[rz]|Obten(?:ez|er|ha)|Obter|Descargar|Scarica|Ottieni|Hent|"
    r"Hämta|Skaffa|Få|Pobierz(?: aplikację)?|Hanki|Získ\w+|Скачать|Загрузить|获取|取得|下载|从)"
)
GOT = r"(?:herunterladen|holen|beziehen|downloaden|ophalen|を入手|edinin|获取|取得|다운로드)"
PLATFORM = r"(?:iOS|Android|Mac|iPhone|iPad|Windows)"
LINK = r"(?:\s*[<(\[]?\s*https?://\S{1,300})?"
FOOTER = re.compile(
    rf"\A\W{{0,5}}(?:Sent from my [\w-]+(?: [\w-]+){{0,2}}|{SENT_FROM}.{{0,60}}?{PRODUCT}.{{0,40}}|{MESSAGE_WAS} .{{0,60}}?{PRODUCT}.{{0,40}}\bgesendet|"
    rf".{{0,12}}?{PRODUCT}.{{0,20}}{IS_SENT}|{GET} .{{0,20}}?(?:Outlook|BlueMail) .{{0,24}}?{PLATFORM}.{{0,16}}|"
    rf"(?:Outlook .{{0,12}}{PLATFORM}|{PLATFORM} .{{0,12}}Outlook).{{0,6}}{GOT}){LINK}\W*\Z",
    re.IGNORECASE,
)
LONGEST = 400


def is_footer(line: str) -> bool:
    """Whether a line is one of these; none is long, but the link some end with."""
    return len(line) <= LONGEST and FOOTER.match(line) is not None
