# What bin/debug teaches gdb about Cor: `help user-defined` lists the commands; `monitor info mem` lists all that is mapped.

set confirm off
set backtrace limit 50
set pagination off
set disassembly-flavor intel
set language rust

python
import gdb
import os
import subprocess
import tempfile

USER = gdb.COMMAND_USER


def number(expression):
    """A value as an unsigned number of 64 bits."""
    return int(gdb.parse_and_eval(expression)) & 0xFFFFFFFFFFFFFFFF


def physical(address):
    """Eight bytes of physical memory, as QEMU's monitor tells them."""
    told = gdb.execute("monitor xp /1gx 0x%x" % address, to_string=True)
    return int(told.split(":")[1], 16)


class Pages(gdb.Command):
    """pages ADDRESS: the page-table entries that lead to an address, and what they allow."""

    LEVELS = ["4", "3", "2", "1"]
    FLAGS = [(1, "writable"), (2, "user"), (5, "accessed"), (6, "dirty"), (8, "global"), (63, "no-execute")]

    def __init__(self):
        super().__init__("pages", USER)

    def invoke(self, argument, from_tty):
        if not number("$cr0") >> 31:
            print("paging is off: addresses are physical")
            return
        address = number(argument)
        table = number("$cr3") & 0x000FFFFFFFFFF000
        for depth, level in enumerate(self.LEVELS):
            shift = 39 - 9 * depth
            index = address >> shift & 511
            entry = physical(table + 8 * index)
            print("level %s at %#x [%3d]: %#018x  %s" % (level, table, index, entry, self.describe(entry)))
            if not entry & 1:
                return
            table = entry & 0x000FFFFFFFFFF000
            if shift == 12 or (entry & 0x80 and shift < 39):
                mask = (1 << shift) - 1
                print("physical %#x" % (table & ~mask | address & mask))
                return

    def describe(self, entry):
        if not entry & 1:
            return "not present"
        large = ["large page"] if entry & 0x80 else []
        return ", ".join(large + [name for bit, name in self.FLAGS if entry >> bit & 1])


class Tasks(gdb.Command):
    """tasks: every kernel task that lives, with its number, name and state."""

    STATES = ["ready", "waiting", "ended"]

    def __init__(self):
        super().__init__("tasks", USER)

    def invoke(self, argument, from_tty):
        tree = find_field(gdb.parse_and_eval("cor::task::task::ALL"), "root")
        if tree is None:
            raise gdb.GdbError("there are no tasks yet")
        for key, weak in entries(tree):
            task = find_field(weak, "ptr")["pointer"].dereference()["data"]
            name = find_field(task["name"], "xs")
            length = int(find_field(task["name"], "len"))
            letters = bytes(int(find_scalar(name[n])) & 0xFF for n in range(length))
            state = int(find_scalar(task["state"]))
            account = task["account"]
            run_time = sum(int(find_scalar(account[part])) for part in ("user", "system"))
            print("%5d  %-16s %-8s %12.3f ms" % (int(key), letters.decode(errors="replace"), self.STATES[state], run_time / 1e6))


def fields(value):
    kind = value.type.strip_typedefs()
    return kind.fields() if kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) else []


def find_field(value, name, depth=8):
    """The field of this name in a value or in what it holds."""
    for field in fields(value):
        if field.name == name:
            return value[field]
    for field in fields(value) if depth else []:
        found = find_field(value[field], name, depth - 1)
        if found is not None:
            return found
    return None


def find_scalar(value):
    """The number that a value wraps."""
    while fields(value):
        inner = [field for field in fields(value) if field.type.sizeof]
        value = value[inner[-1]]
    return value


def entries(root):
    """Keys and values of the standard library's BTreeMap, in order."""
    node = find_field(root, "node")
    if node is None or int(node["pointer"]) == 0:
        return []
    return walk(node["pointer"], int(find_field(root, "height")))


def walk(leaf, height):
    node = leaf.dereference()
    inner = None
    if height:
        parent = find_field(node, "parent")
        name = str(leaf.type.target()).replace("LeafNode", "InternalNode", 1)
        inner = leaf.cast(gdb.lookup_type(name).pointer()).dereference()
    length = int(node["len"])
    found = []
    for n in range(length + 1):
        if inner is not None:
            found += walk(find_field(inner["edges"][n], "pointer"), height - 1)
        if n < length:
            found.append((find_scalar(node["keys"][n]), node["vals"][n]))
    return found


class Stub(gdb.Command):
    """stub [N]: the next N instructions of the boot stub, as the 32-bit code that they are."""

    def __init__(self):
        super().__init__("stub", USER)

    def invoke(self, argument, from_tty):
        count, pc = int(argument or 8), number("$pc")
        code = bytes(gdb.selected_inferior().read_memory(pc, 15 * count))
        wide = bool(number("$cs") == 8 and number("$efer") >> 10 & 1)
        with tempfile.NamedTemporaryFile() as file:
            file.write(code)
            file.flush()
            told = subprocess.run(
                ["objdump", "-D", "-b", "binary", "-m", "i386:x86-64" if wide else "i386", "-M", "intel", "--adjust-vma=%#x" % pc, file.name],
                capture_output=True, text=True).stdout
        lines = [line for line in told.splitlines() if line.startswith(" ")]
        print("\n".join(lines[:count]))


class Console(gdb.Command):
    """console [N]: the last N lines (20) of Cor's console."""

    path = None

    def __init__(self):
        super().__init__("console", USER)

    def invoke(self, argument, from_tty):
        if self.path is None:
            said = gdb.execute("monitor console", to_string=True)
        else:
            with open(self.path, errors="replace") as file:
                said = file.read().replace("\r", "")
        print("\n".join(said.splitlines()[-int(argument or 20):]))


class Goto(gdb.Command):
    """goto N: in a recording, to the N-th instruction, be it before or after."""

    def __init__(self):
        super().__init__("goto", USER)

    def invoke(self, argument, from_tty):
        gdb.execute("monitor goto %s" % argument)
        gdb.execute("maintenance flush register-cache", to_string=True)
        gdb.execute("frame")


class BootToKernel(gdb.Command):
    """boot-to-kernel: run to the kernel's entry in 64-bit mode; a panic stops as well."""

    def __init__(self):
        super().__init__("boot-to-kernel", USER)

    def invoke(self, argument, from_tty):
        gdb.execute("thbreak kernel_main", to_string=True)
        stop_at_panics()
        gdb.execute("continue")


class BootToStub(gdb.Command):
    """boot-to-stub: run to the first instruction of the boot stub; a panic stops as well."""

    def __init__(self):
        super().__init__("boot-to-stub", USER)

    def invoke(self, argument, from_tty):
        for entry in ("multiboot_start", "pvh_start"):
            gdb.execute("with language c -- thbreak *(unsigned long)&%s" % entry, to_string=True)
        stop_at_panics()
        gdb.execute("continue")
        gdb.execute("stub")


def stop_at_panics():
    for place in ("machine::panic::panic", "machine::panic::fatal"):
        gdb.execute("break %s" % place, to_string=True)


for command in (Pages, Tasks, Stub, Console, Goto, BootToKernel, BootToStub):
    command()
end
