"""An SSH server on loopback that runs what it is asked to with the shell of this host: KEY AUTHORIZED PORT."""

import asyncio
import sys

import asyncssh

key, authorized, port = sys.argv[1:4]


async def run(process):
    shell = await asyncio.create_subprocess_shell(process.command, stdin=-1, stdout=-1, stderr=-1)
    await process.redirect(stdin=shell.stdin, stdout=shell.stdout, stderr=shell.stderr)
    process.exit(await shell.wait())


async def main():
    await asyncssh.listen("127.0.0.1", int(port), server_host_keys=[key], authorized_client_keys=authorized, process_factory=run, encoding=None)
    print("listening", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
