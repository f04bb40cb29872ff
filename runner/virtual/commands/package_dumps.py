"""`dumpsys package`: what the package manager writes of one package, or of all."""

from datetime import UTC, datetime

from runner.virtual.commands import intents
from runner.virtual.commands.permissions import is_granted, is_runtime
from runner.virtual.package import Package
from runner.virtual.phone import Phone

_FLAGS = "flags=[ USER_SENSITIVE_WHEN_GRANTED|USER_SENSITIVE_WHEN_DENIED]"


def dump(phone: Phone, words: list[str]) -> str:
    """Of the package that is named, or of all."""
    named = [word for word in words if not word.startswith("-") and word not in ("packages", "package")]
    if named and not phone.packages.is_installed(named[0]):
        return f"Unable to find package: {named[0]}"
    wanted = named[:1] or sorted([*phone.packages.system, *phone.packages.third_party])
    packages = [found for name in wanted if (found := phone.packages.find(name))]
    starts = "".join(_start(package) for package in packages)
    parts = [
        f"Activity Resolver Table:\n  Non-Data Actions:\n      android.intent.action.MAIN:{starts}",
        "Packages:",
        *(_package(phone, package) for package in packages),
    ]
    return "\n\n".join(parts[:1]) + "\n\n" + "\n".join(parts[1:])


def _start(package: Package) -> str:
    if package.launcher is None:
        return ""
    return (
        f"\n        1f2e3d4 {_component(package, package.launcher)} filter 5b1f2a7\n"
        '          Action: "android.intent.action.MAIN"\n'
        '          Category: "android.intent.category.LAUNCHER"'
    ) + "".join(
        f"\n        1f2e3d4 {_component(package, name)}"
        for name in package.activities
        if name != package.launcher
    )


def _component(package: Package, activity: str) -> str:
    return intents.shortened_component(f"{package.package}/{activity}")


def _package(phone: Phone, package: Package) -> str:
    flags = "SYSTEM HAS_CODE" if package.system else "HAS_CODE ALLOW_CLEAR_USER_DATA ALLOW_BACKUP"
    installed, updated = _time(package.installed_s), _time(package.updated_s)
    lines = [
        f"  Package [{package.package}] (3c9d0e4):",
        f"    appId={package.uid}",
        f"    pkg=Package{{5b1f2a7 {package.package}}}",
        f"    codePath={package.folder}",
        f"    resourcePath={package.folder}",
        f"    legacyNativeLibraryDir={package.folder}/lib",
        "    primaryCpuAbi=arm64-v8a",
        "    secondaryCpuAbi=null",
        f"    versionCode={package.version_code} minSdk=24 targetSdk=34",
        f"    versionName={phone.packages.version(package.package)}",
        "    splits=[base]",
        "    apkSigningVersion=2",
        f"    flags=[ {flags} ]",
        f"    dataDir=/data/user/0/{package.package}",
        f"    timeStamp={updated}",
        f"    lastUpdateTime={updated}",
        "    installerPackageName=null",
        "    signatures=PackageSignatures{5b1f2a7 version:2, signatures:[1f2e3d4c], past signatures:[]}",
        f"    pkgFlags=[ {flags} ]",
        *_permissions(package),
    ]
    enabled = 0 if package.enabled else 3
    lines.append(
        "    User 0: ceDataInode=4711 installed=true hidden=false suspended=false distractionFlags=0 "
        f"stopped=false notLaunched=false enabled={enabled} instant=false virtual=false"
    )
    lines.append(f"      firstInstallTime={installed}")
    asked = [name for name in package.permissions if is_runtime(name)]
    if asked:
        lines.append("      runtime permissions:")
        lines += [
            f"        {name}: granted={str(name in package.granted).lower()}, {_FLAGS}" for name in asked
        ]
    return "\n".join(lines)


def _permissions(package: Package) -> list[str]:
    if not package.permissions:
        return []
    fixed = [name for name in package.permissions if not is_runtime(name) and is_granted(package, name)]
    return [
        "    requested permissions:",
        *(f"      {name}" for name in package.permissions),
        *(["    install permissions:"] if fixed else []),
        *(f"      {name}: granted=true" for name in fixed),
    ]


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
