"""Text that tries to be more than text. Shown, it is exactly what was written, and nothing else happens."""

SCRIPT = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
HANDLER = '<a href="javascript:document.title=1" onmouseover="document.title=1">press me</a><svg/onload=document.title=1>'
LINK = "javascript:document.title='broken' data:text/html,<script>1</script> http://good.example/a?b=c. HTTP://evil.example\u202egpj.exe"
RIGHT_TO_LEFT = "\u202eanswer \u2066isolated \u202d override\u202c\u2069 مرحبا בית 12:30"
ZERO_WIDTH = "pay\u200bpal\u2060.exa\u200dmple\ufeff"
LONG_WORD = "W" * 16_000
EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇮🇩❤️‍🔥" * 12
COMBINING = "Z" + "\u0351\u0352\u0353\u0300\u0301" * 60 + "algo"
BRACES = "{{user.name}} {{constructor.constructor('return 1')()}} ${document.title} %s {0} <%= 1 %>"

CORPUS = {
    "script": SCRIPT,
    "handler": HANDLER,
    "link": LINK,
    "right-to-left": RIGHT_TO_LEFT,
    "zero-width": ZERO_WIDTH,
    "long word": LONG_WORD,
    "emoji": EMOJI,
    "combining": COMBINING,
    "braces": BRACES,
}
# A name is at most 200 characters long.
NAME = f"<b onmouseover=alert(1)>Eve</b> \u202eevE {{{{user.name}}}} {'W' * 100}"
EMAIL = '"><script>alert(1)</script>@mail.example'
