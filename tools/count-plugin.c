// A QEMU plugin that counts what a program and its kernel execute between two marks: instructions of both, loads of CR3, INVLPGs,
// and page faults (reads of CR2, of which both kernels do one for each). xtask bench builds it and gives it to QEMU.
//
//     -plugin count.so,out=FILE      for each pair of marks a line: PROGRAM KERNEL CR3 INVLPG FAULTS
//     -plugin count.so,out=FILE,time=on    only the time between them, as ticks of this processor's counter in the place of PROGRAM
//
// The loader's hand-over, which is the first instruction in low memory that is not the firmware's, is a first mark too. A mark is `nopl DISPLACEMENT(%rax)` with a displacement that nobody else writes. QEMU's header for plugins is not in every
// distribution's package, so what is used of it is declared here (docs: "QEMU TCG Plugins", version 1 of the interface).
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <x86intrin.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { NO_REGISTERS = 0, ADD = 0 };
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int, void *, uint64_t);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static struct counts { uint64_t program, kernel, cr3, invlpg, cr2; } now, then;
static FILE *out;
static bool is_timing, is_handed_over;

static void begin(unsigned cpu, void *data) {
    if (is_timing) now.program = __rdtsc();
    then = now;
}
static void end(unsigned cpu, void *data) {
    if (is_timing) now.program = __rdtsc();
    fprintf(out, "%lu %lu %lu %lu %lu\n", now.program - then.program, now.kernel - then.kernel, now.cr3 - then.cr3,
            now.invlpg - then.invlpg, now.cr2 - then.cr2);
    fflush(out);
}

static void count(struct qemu_plugin_insn *instruction, uint64_t *counter) {
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD, counter, 1);
}

static void translate_one(struct qemu_plugin_insn *instruction) {
    const uint8_t *code = qemu_plugin_insn_data(instruction);
    size_t size = qemu_plugin_insn_size(instruction);
    if (size == 7 && !memcmp(code, "\x0f\x1f\x80", 3) && !memcmp(code + 4, "\x0c\x0b\x5e", 3)) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, code[3] == 1 ? begin : end, NO_REGISTERS, NULL);
    }
    if (is_timing) return;
    bool kernel = qemu_plugin_insn_vaddr(instruction) >> 63;
    count(instruction, kernel ? &now.kernel : &now.program);
    // Prefixes (a REX for the register's upper half) may come first.
    if (size > 3 && (code[0] & 0xf0) == 0x40) code++, size--;
    if (!kernel || size < 3 || code[0] != 0x0f) return;
    int reg = code[2] >> 3 & 7;
    if (code[1] == 0x22 && reg == 3) count(instruction, &now.cr3);
    if (code[1] == 0x20 && reg == 2) count(instruction, &now.cr2);
    if (code[1] == 0x01 && reg == 7 && code[2] >> 6 != 3) count(instruction, &now.invlpg);
}

// The firmware is below 1 MiB, behind the first 640 KiB, or at the end of memory; a kernel starts elsewhere. QEMU's loader leaves the
// first 64 KiB to the firmware.
static bool is_kernel_start(uint64_t at) { return (at >= 0x10000 && at < 0xa0000) || (at >= 0x100000 && at < 0x10000000); }

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *block) {
    if (!is_handed_over && is_kernel_start(qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, 0)))) {
        is_handed_over = true;
        begin(0, NULL);
    }
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) translate_one(qemu_plugin_tb_get_insn(block, i));
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "out=", 4)) out = fopen(argv[i] + 4, "w");
        if (!strcmp(argv[i], "time=on")) is_timing = true;
    }
    if (!out) return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
