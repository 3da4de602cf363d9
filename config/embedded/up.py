"""`./dev up`: the whole of Yunke for the person at this terminal, until Ctrl-C."""

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Final

from config.embedded.folder import DEFAULT, DataFolder
from config.embedded.obstacles import Obstacle
from config.embedded.stack import Stack

DEFAULT_PORT: Final = 8000


def say(line: str) -> None:
    """Tell the person what happens."""
    print(line, flush=True)


def main(arguments: list[str]) -> int:
    """Run until a signal asks to stop (0) or something is in the way (1)."""
    options = _options(arguments)
    _listen_to_signals()
    try:
        with Stack(data_dir=options.data, port=options.port, say=say) as stack:
            try:
                stack.start()
                _welcome(folder=stack.folder)
                stack.watch()
            except KeyboardInterrupt:
                say("stopping")
            finally:
                _ignore_signals()  # stopping must not be cut short; it is bounded in time
    except Obstacle as obstacle:
        print(f"./dev up: {obstacle}", file=sys.stderr, flush=True)
        return 1
    say("stopped; the data is kept")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev up", description="Start Yunke and keep it running until Ctrl-C.")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help=f"the server's port ({DEFAULT_PORT})")
    parser.add_argument("--data", type=Path, default=DEFAULT, metavar="DIR", help="where the data is kept (.data)")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: choose a number from 1 to 65535")
    return int(text)


def _listen_to_signals() -> None:
    """Let each of them end us as Ctrl-C does; SIGINT even if a script started us in the background, without it."""
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asks us to outlive the terminal
        wanted.append(signal.SIGHUP)
    for number in wanted:
        signal.signal(number, signal.default_int_handler)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _welcome(*, folder: DataFolder) -> None:
    demo = json.loads(folder.demo.read_text())
    say(f"\nYunke is up: {demo['platform']} (sign a company up there)")
    for tenant in demo["tenants"]:
        say(f"\n  {tenant['url']}    agents and settings")
        for member in tenant["members"]:
            say(f"    {member['email']:<24} {member['password']:<16} {member['role']}, {member['name']}")
        say(f"  {tenant['try']}    a page with the widget")
    say(f"\nMails are not sent but written to {folder.mails}, unless EMAIL_URL names a server.")
    say(f"The same in {folder.demo}. Ctrl-C stops everything and keeps the data.\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
