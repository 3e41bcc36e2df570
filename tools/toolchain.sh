#!/bin/sh
# Prints the folder of a Rust toolchain that can build for x86_64-unknown-none,
# for use as RUSTUP_TOOLCHAIN, or nothing where the active one already can.
#
# The ordinary way is `rustup target add x86_64-unknown-none` (rust-toolchain.toml
# asks for it). Where that is not possible but a compiler with the standard
# library's source is installed (Debian: rustc-web and rust-web-src, and
# rust-web-clippy for clippy), a toolchain is put together from it, once.
set -eu

target=x86_64-unknown-none
host=x86_64-unknown-linux-gnu
base=${COR_RUST:-/usr}                      # where that compiler lives
sources=$base/lib/rustlib/src/rust/library

have_target() {
    ls "$("$1" --print target-libdir --target $target 2>/dev/null)"/libcore-*.rlib >/dev/null 2>&1
}

have_target rustc && exit 0
if ! [ -x "$base/bin/rustc" ] || ! [ -f "$sources/core/Cargo.toml" ]; then
    echo "no Rust toolchain for $target: run \`rustup target add $target\`, or on" >&2
    echo "Debian install rustc-web and rust-web-src" >&2
    exit 1
fi

version=$("$base/bin/rustc" -V | cut -d' ' -f2)
dir=${XDG_CACHE_HOME:-$HOME/.cache}/cor-toolchain/$version

# clippy may have been installed later than the rest
add_clippy() {
    for p in cargo-clippy clippy-driver; do
        if [ -x "$base/bin/$p" ] && ! [ -e "$1/bin/$p" ]; then
            printf '#!/bin/sh\nSYSROOT=%s exec %s "$@"\n' "$dir" "$base/bin/$p" >"$1/bin/$p.$$"
            chmod +x "$1/bin/$p.$$"
            mv "$1/bin/$p.$$" "$1/bin/$p"
        fi
    done
}

if [ -x "$dir/bin/rustc" ]; then
    add_clippy "$dir"
    echo "$dir"
    exit 0
fi

# one at a time; whoever comes second finds it done
mkdir -p "${dir%/*}"
exec 9>"$dir.lock"
flock 9
if [ -x "$dir/bin/rustc" ]; then
    echo "$dir"
    exit 0
fi

stock=$(rustc --print sysroot)
cargo=$stock/bin/cargo
[ -x "$cargo" ] || cargo=$(command -v cargo)
lld=$stock/lib/rustlib/$host/bin/rust-lld
for l in rust-lld ld.lld ld.lld-22 ld.lld-19 ld.lld-16; do
    if [ -x "$lld" ]; then break; fi
    lld=$(command -v $l || true)
done
if ! [ -x "$lld" ]; then
    echo "no lld found: install the package lld" >&2
    exit 1
fi

echo "building core and alloc for $target from $sources (once)" >&2
work=$dir.work
rm -rf "$work" "$dir"
mkdir -p "$work/seed/src" "$work/bin" "$work/lib/rustlib/$target/lib" "$work/lib/rustlib/$host/bin"
echo '#![no_std]' >"$work/seed/src/lib.rs"
cat >"$work/seed/Cargo.toml" <<T
[package]
name = "seed"
version = "0.0.0"
edition = "2024"
[profile.release]
panic = "abort"
debug = "line-tables-only"
codegen-units = 16
[workspace]
T
(
    cd "$work/seed"
    unset RUSTUP_TOOLCHAIN RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR
    # as rustup's own are built: frame pointers for backtraces, bitcode for LTO
    RUSTFLAGS='-Cforce-frame-pointers=yes -Cembed-bitcode=yes' \
        RUSTC=$base/bin/rustc RUSTC_BOOTSTRAP=1 "$cargo" build -q --release \
        --target $target -Z build-std=core,alloc,compiler_builtins >&2
    for c in core alloc compiler_builtins; do
        cp target/$target/release/deps/lib$c-*.rlib "$work/lib/rustlib/$target/lib"
    done
)
rm -rf "$work/seed"
ln -s "$base/lib/rustlib/$host/lib" "$work/lib/rustlib/$host/lib"
ln -s "$base/lib/rustlib/src" "$work/lib/rustlib/src"
ln -s "$lld" "$work/lib/rustlib/$host/bin/rust-lld"
ln -s "$cargo" "$work/bin/cargo"
for p in rustfmt cargo-fmt; do
    if [ -x "$stock/bin/$p" ]; then ln -s "$stock/bin/$p" "$work/bin/$p"; fi
done
for p in rustc rustdoc; do
    printf '#!/bin/sh\nexec %s --sysroot %s "$@"\n' "$base/bin/$p" "$dir" >"$work/bin/$p"
done
add_clippy "$work"
chmod +x "$work"/bin/*
mv "$work" "$dir"
echo "$dir"
