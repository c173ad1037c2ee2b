"""Executes a notebook with Jupyter's own machinery and prints a line for each step.

Usage: python execute_notebook.py NOTEBOOK OUTPUT

The notebook runs in its own folder, from a fresh kernel, top to bottom. The result is written to OUTPUT in a form that
depends on nothing but the code: no times, pieces of one stream joined, no state of widgets. When a step fails, the exit
status is 1 and OUTPUT holds what ran, unless it is the notebook itself, which then stays as it was.
"""

import asyncio
import os
import re
import signal
import sys
import textwrap
import time
from pathlib import Path

# Until the kernel starts there is nothing to put in order: Ctrl-C just ends this.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

STEP_LIMIT = 600
"""Seconds after which a step counts as hanging."""

INTERRUPTED = 130
"""Exit status, as shells count it."""


class InterruptibleClient(NotebookClient):
    """Ends in order when it is interrupted: the running step first, then the kernel.

    nbclient's own handler ends the kernel under the running step, which then trips over its absence.
    """

    interrupted = False

    async def async_start_new_kernel(self, **kwargs):
        task = asyncio.current_task()

        def interrupt():
            self.interrupted = True
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, interrupt)
        await super().async_start_new_kernel(**kwargs)

    async def async_start_new_kernel_client(self):
        """Starts a kernel that does not answer a second time.

        tslab's turns deaf when a message comes while it binds its sockets, which happens on a busy machine.
        """
        try:
            return await super().async_start_new_kernel_client()
        except RuntimeError:
            # nbclient has ended that kernel, and forgotten it.
            self.km = self.create_kernel_manager()
            await self.async_start_new_kernel()
            return await super().async_start_new_kernel_client()


def step_titles(notebook):
    """What each code cell is about: the last heading before it, or the first sentence."""
    titles, text = {}, ""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            text += "\n" + cell.source
        elif cell.cell_type == "code":
            headings = re.findall(r"^#+\s+(.+?)\s*$", text, re.MULTILINE)
            sentences = re.findall(r"[^\s.:!?][^.:!?\n]*", text)
            title = headings[-1] if headings else sentences[0] if sentences else "(continued)"
            titles[index] = textwrap.shorten(re.sub(r"[*`$]", "", title), 60, placeholder=" …")
            text = ""
    return titles


def normalise(notebook):
    """Takes out of a notebook what differs from run to run though the code did the same."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for name in ("execution", "collapsed", "scrolled"):
            cell.metadata.pop(name, None)
        outputs = []
        for output in cell.outputs:
            last = outputs[-1] if outputs else None
            if output.output_type == "stream" and last is not None and last.get("name") == output.name:
                last.text += output.text
            else:
                outputs.append(output)
        cell.outputs = outputs


def write(notebook, path):
    """Writes a notebook whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    nbformat.write(notebook, temporary)
    os.replace(temporary, path)


def main(source, target):
    notebook = nbformat.read(source, as_version=4)
    titles = step_titles(notebook)
    started = {}

    def on_start(cell, cell_index):
        started[cell_index] = time.monotonic()

    def on_executed(cell, cell_index, execute_reply):
        number = list(titles).index(cell_index) + 1
        seconds = time.monotonic() - started[cell_index]
        print(f"  {number:2}/{len(titles)}  {titles[cell_index]:60} {seconds:6.1f} s", flush=True)

    client = InterruptibleClient(
        notebook,
        timeout=STEP_LIMIT,
        record_timing=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(source.parent)}},
        on_cell_start=on_start,
        on_cell_executed=on_executed,
    )
    try:
        client.execute()
        failure = None
    # A kernel that dies, or does not come up twice, is a RuntimeError.
    except (CellExecutionError, RuntimeError, TimeoutError, asyncio.CancelledError) as error:
        if client.interrupted:
            return INTERRUPTED
        failure = error
    normalise(notebook)
    if failure is None or target != source:
        write(notebook, target)
    if failure is not None:
        title = titles.get(max(started, default=-1), "start of the kernel")
        print(f'"{title}" failed:\n{failure}', file=sys.stderr)
    return 0 if failure is None else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
