//! What the processor says of itself, for people: CPUID (Intel SDM volume 2, AMD APM volume 3).

use core::arch::x86_64::{__cpuid, __cpuid_count};

/// A processor's description.
#[derive(Clone, Copy, Debug)]
pub struct Processor {
    vendor: [u8; 12],
    brand: [u8; 48],
    /// Family, model and stepping.
    pub version: [u32; 3],
    /// Bits of physical and linear addresses.
    pub address_bits: [u8; 2],
    /// Bytes that CLFLUSH flushes.
    pub flush_line: u32,
    /// The highest leaf.
    pub highest_leaf: u32,
    features: [u32; 5],
}

/// The names of a leaf's bits, from bit 0; `-` for one without.
const NAMES: [&str; 5] = [
    "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe",
    "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor",
    "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd sha_ni avx512bw avx512vl",
    "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - lm 3dnowext 3dnow",
    "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - bpext ptsc perfctr_llc mwaitx - -",
];

/// The processor that this runs on.
pub fn processor() -> Processor {
    let first = __cpuid(0);
    let basic = __cpuid(1);
    let highest_extended = __cpuid(0x8000_0000).eax;
    let extended = |leaf: u32| if leaf <= highest_extended { __cpuid(leaf) } else { __cpuid(0x8fff_ffff) };
    let known = |there: bool, value: u32| if there { value } else { 0 };
    let structured = known(first.eax >= 7, __cpuid_count(7, 0).ebx);
    let more = extended(0x8000_0001);
    let more_is_there = highest_extended >= 0x8000_0001;
    let sizes = known(highest_extended >= 0x8000_0008, extended(0x8000_0008).eax);
    let mut brand = [0; 48];
    if highest_extended >= 0x8000_0004 {
        for (piece, leaf) in brand.chunks_mut(16).zip(0x8000_0002..) {
            let part = __cpuid(leaf);
            for (bytes, register) in piece.chunks_mut(4).zip([part.eax, part.ebx, part.ecx, part.edx]) {
                bytes.copy_from_slice(&register.to_le_bytes());
            }
        }
    }
    let mut vendor = [0; 12];
    for (bytes, register) in vendor.chunks_mut(4).zip([first.ebx, first.edx, first.ecx]) {
        bytes.copy_from_slice(&register.to_le_bytes());
    }
    Processor {
        vendor,
        brand,
        version: version(basic.eax),
        address_bits: [sizes as u8, (sizes >> 8) as u8],
        flush_line: (basic.ebx >> 8 & 0xff) * 8,
        highest_leaf: first.eax,
        features: [basic.edx, basic.ecx, structured, known(more_is_there, more.edx), known(more_is_there, more.ecx)],
    }
}

/// Family, model and stepping, with their extensions added where the manuals say so.
fn version(signature: u32) -> [u32; 3] {
    let (family, model, stepping) = (signature >> 8 & 0xf, signature >> 4 & 0xf, signature & 0xf);
    let (more_family, more_model) = (signature >> 20 & 0xff, signature >> 16 & 0xf);
    let full_family = if family == 0xf { family + more_family } else { family };
    let full_model = if family == 0xf || family == 6 { more_model << 4 | model } else { model };
    [full_family, full_model, stepping]
}

impl Processor {
    /// Who made it.
    pub fn vendor(&self) -> &str {
        core::str::from_utf8(&self.vendor).unwrap_or("unknown")
    }

    /// What it is called.
    pub fn brand(&self) -> &str {
        let end = self.brand.iter().position(|&byte| byte == 0).unwrap_or(self.brand.len());
        core::str::from_utf8(&self.brand[..end]).map_or("unknown", str::trim)
    }

    /// Its abilities by the names that Linux has for them.
    pub fn features(&self) -> impl Iterator<Item = &'static str> {
        let leaves = self.features.into_iter().zip(NAMES);
        leaves.flat_map(|(bits, names)| {
            names
                .split(' ')
                .enumerate()
                .filter(move |(bit, name)| bits >> bit & 1 != 0 && *name != "-")
                .map(|(_, name)| name)
        })
    }
}
