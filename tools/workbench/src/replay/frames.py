# What bin/when has gdb do: an expression means what it means in the innermost function that knows all of it, but not in those that only
# tell of a panic. Registers are those that a fault or an interrupt found, if there was one.
import gdb

TELLERS = ("machine::power::", "machine::panic::", "core::panicking::", "x86_64::instructions::", "machine::trap::", "core::result::", "core::option::")


def frames():
    """The functions that have not returned, from where things went wrong outwards."""
    found, frame = [], gdb.newest_frame()
    while frame is not None and len(found) < 60:
        found.append(frame)
        frame = frame.older()
    for number, frame in enumerate(found):
        if frame.name() == "trap_kernel":
            return found[number + 1:] or found
    telling = [str(frame.name()).startswith(TELLERS) or "panic" in str(frame.name()) for frame in found]
    first = telling.index(False) if False in telling else 0
    return found[first:]


def find(text):
    """A value in memory, and how it was found."""
    complaint = None
    for frame in frames():
        frame.select()
        try:
            value = gdb.parse_and_eval(text)
            if value.is_optimized_out:
                raise gdb.error("%s is not kept there: the compiler has optimised it away" % text)
            return in_memory(text, value), "%s" % frame.name()
        except gdb.error as error:
            if complaint is None or "optimi" in str(error):
                complaint = error
    raise complaint


def in_memory(text, value):
    """The value, or what it points to if it is only in a register."""
    try:
        if value.address is not None:
            return value
    except gdb.error:
        pass
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR and kind.target().sizeof > 0 and kind.target().code not in (gdb.TYPE_CODE_VOID, gdb.TYPE_CODE_FUNC):
        return value.dereference()
    if kind.code in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_INT):
        word = gdb.lookup_type("u64")
        return gdb.Value(int(value) & 0xFFFFFFFFFFFFFFFF).cast(word.pointer()).dereference()
    raise gdb.error("%s is in registers, not in memory" % text)


class Place(gdb.Command):
    """place EXPRESSION: where that is."""

    def __init__(self):
        super().__init__("place", gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        value, function = find(argument)
        print("place = 0x%x" % (int(value.address) & 0xFFFFFFFFFFFFFFFF))
        print("size = %d" % value.type.sizeof)
        print("type = %s" % value.type)
        print("function = %s" % function)


class Values(gdb.Command):
    """values TIME,TIME EXPRESSION: what is there then."""

    def __init__(self):
        super().__init__("values", gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        times, text = argument.split(" ", 1)
        value, _ = find(text)
        place = value.address
        for time in times.split(","):
            gdb.execute("monitor goto " + time, to_string=True)
            gdb.execute("maintenance flush register-cache", to_string=True)
            print("value = " + in_words(place.dereference()))


def in_words(value):
    """A value; a large number in hexadecimal, too."""
    text = value.format_string(max_elements=40, max_depth=12)
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_INT and int(value) > 9:
        return "%s (0x%x)" % (text, int(value))
    return text


Place()
Values()
