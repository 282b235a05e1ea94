"""Files that are held back: the mail is taken, the file stays with the original (case 118)."""

import re

from email_intake.found import Attached

RUNNABLE = frozenset(
    "ade adp apk appx bat chm cmd com cpl dll exe gadget hta inf ins isp iso img jar js jse lib lnk mde msc msi msix "
    "msp mst nsh pif ps1 ps1xml psm1 reg scf scr sct shb sys vb vbe vbs vhd vhdx vxd wsc wsf wsh xll".split()
)
# The agreed test string of virus scanners, in two pieces so that no scanner takes this file for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PROGRAM = re.compile(rb"\AMZ.{62}", re.DOTALL)


def why_held_back(one: Attached) -> str:
    """Why nobody gets this file from us; empty when it may be attached."""
    if EICAR in one.content[:4096]:
        return "virus"
    ending = one.name.rstrip(" .").rpartition(".")[2].lower()
    return "program" if ending in RUNNABLE or PROGRAM.match(one.content) else ""
