"""ip, ifconfig, netstat and ping: a network that is not there."""

import re
from collections.abc import Callable

from runner.virtual import values
from runner.virtual.commands.call import Call

_LOOPBACK = "127.0.0.1"


def _address(call: Call) -> tuple[str, str, str, str]:
    """The phone's address, the broadcast address of its network, its router and its hardware address."""
    address = values.wlan_address(call.phone.serial)
    network = address.rpartition(".")[0]
    return address, f"{network}.255", f"{network}.1", values.wlan_mac(call.phone.serial)


def _ip(call: Call) -> int:
    words = [word for word in call.arguments if not re.fullmatch("-[0-9a-z]+", word)]
    brief = "-o" in call.arguments or "-br" in call.arguments
    kind = words[0] if words else ""
    wanted = next((word for word in words[1:] if word in ("lo", "wlan0", "eth0", "rmnet0")), "")
    if wanted in ("eth0", "rmnet0"):
        return call.fail(f'Device "{wanted}" does not exist.')
    if kind and "address".startswith(kind):
        return _show_links(call, wanted, with_addresses=True, brief=brief)
    if kind and "link".startswith(kind):
        return _show_links(call, wanted, with_addresses=False, brief=brief)
    address, broadcast, router, _ = _address(call)
    network = broadcast.removesuffix("255") + "0/24"
    if kind and "route".startswith(kind):
        if words[1:2] == ["get"]:
            return call.print(
                f"{words[2]} via {router} dev wlan0 table 1021 src {address} uid 2000 \n    cache "
            )
        return call.print(f"{network} dev wlan0 proto kernel scope link src {address} ")
    if kind and "neighbour".startswith(kind):
        return call.print(f"{router} dev wlan0 lladdr 02:00:00:00:00:01 REACHABLE")
    return call.fail(
        f'Object "{kind}" is unknown, try "ip help".' if kind else "Usage: ip [ OPTIONS ] OBJECT", 255
    )


def _show_links(call: Call, wanted: str, *, with_addresses: bool, brief: bool) -> int:
    address, broadcast, _, mac = _address(call)
    links = [
        (
            "1",
            "lo",
            "LOOPBACK,UP,LOWER_UP",
            "65536",
            "noqueue state UNKNOWN",
            "loopback",
            "00:00:00:00:00:00",
        ),
        ("30", "wlan0", "BROADCAST,MULTICAST,UP,LOWER_UP", "1500", "mq state UP", "ether", mac),
    ]
    for number, name, flags, mtu, state, kind, hardware in links:
        if wanted not in ("", name):
            continue
        is_local = name == "lo"
        inet = (
            f"{_LOOPBACK}/8 scope host lo" if is_local else f"{address}/24 brd {broadcast} scope global wlan0"
        )
        if brief and with_addresses:
            call.print(f"{number}: {name}    inet {inet}\\       valid_lft forever preferred_lft forever")
            continue
        call.print(f"{number}: {name}: <{flags}> mtu {mtu} qdisc {state} group default qlen 1000")
        call.print(
            f"    link/{kind} {hardware} brd {'00:00:00:00:00:00' if is_local else 'ff:ff:ff:ff:ff:ff'}"
        )
        if with_addresses:
            call.print(f"    inet {inet}\n       valid_lft forever preferred_lft forever")
    return 0


def _ifconfig(call: Call) -> int:
    wanted = [word for word in call.arguments if not word.startswith("-")][:1]
    if wanted and wanted[0] not in ("lo", "wlan0"):
        return call.fail(f"ifconfig: {wanted[0]}: No such device")
    address, broadcast, _, mac = _address(call)
    counts = (
        "          RX packets:0 errors:0 dropped:0 overruns:0 frame:0 \n"
        "          TX packets:0 errors:0 dropped:0 overruns:0 carrier:0 \n"
        "          collisions:0 txqueuelen:{} \n          RX bytes:0 TX bytes:0 \n"
    )
    if not wanted or wanted[0] == "wlan0":
        call.print(
            f"wlan0     Link encap:Ethernet  HWaddr {mac}\n"
            f"          inet addr:{address}  Bcast:{broadcast}  Mask:255.255.255.0 \n"
            "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n" + counts.format(3000)
        )
    if not wanted or wanted[0] == "lo":
        call.print(
            f"lo        Link encap:Local Loopback  \n          inet addr:{_LOOPBACK}  Mask:255.0.0.0 \n"
            "          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n" + counts.format(1000)
        )
    return 0


def _netstat(call: Call) -> int:
    return call.print(
        "Active Internet connections (w/o servers)\n"
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
    )


def _ping(call: Call) -> int:
    host = next((word for word in reversed(call.arguments) if not word.startswith("-")), "")
    if not host:
        return call.fail("ping: usage error: Destination address required", 2)
    if re.fullmatch(r"[0-9.]+", host):
        return call.fail("connect: Network is unreachable", 2)
    return call.fail(f"ping: unknown host {host}", 2)


TOYS: dict[str, Callable[[Call], int]] = {
    "ifconfig": _ifconfig,
    "ip": _ip,
    "netstat": _netstat,
    "ping": _ping,
}
