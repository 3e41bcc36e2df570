// Why read(2), write(2), their vectors and positions, lseek(2), fallocate(2), sync(2) and close(2) refuse.
#include "../cases.h"
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static int reader, writer, both, folder, on_path, fifo, ends[2], full[2], broken[2];
static char bytes[4096];

static void open_things(void)
{
    make_file("file", 0666);
    SUCCEED(mkdir("folder", 0755));
    SUCCEED(mkfifo("fifo", 0666));
    reader = SUCCEED(open("file", O_RDONLY));
    writer = SUCCEED(open("file", O_WRONLY));
    both = SUCCEED(open("file", O_RDWR));
    folder = SUCCEED(open("folder", O_RDONLY));
    on_path = SUCCEED(open("file", O_PATH));
    fifo = SUCCEED(open("fifo", O_RDWR | O_NONBLOCK));
    SUCCEED(pipe2(ends, O_NONBLOCK));
    SUCCEED(pipe2(full, O_NONBLOCK));
    while (write(full[1], bytes, sizeof bytes) > 0) {}
    SUCCEED(pipe(broken));
    close(broken[0]);
    EQUAL(write(writer, bytes, 100), 100);
    signal(SIGPIPE, SIG_IGN);
}

static void reading(void)
{
    struct iovec one = {bytes, 10}, bad = {BAD, 10}, huge[2] = {{bytes, -1}, {bytes, 1}};
    CASE("read of no descriptor", read(-1, bytes, 1), EBADF);
    CASE("read of a writer", read(writer, bytes, 1), EBADF);
    CASE("read of O_PATH", read(on_path, bytes, 1), EBADF);
    CASE("read of a folder", read(folder, bytes, 1), EISDIR);
    CASE("read to a bad address", read(reader, BAD, 1), EFAULT);
    CASE("read of an empty pipe", read(ends[0], bytes, 1), EAGAIN);
    CASE("read of a writing end", read(ends[1], bytes, 1), EBADF);
    GIVES("read of nothing", read(reader, bytes, 0), 0);
    GIVES("read of nothing to nowhere", read(reader, NULL, 0), 0);
    CASE("pread of a pipe", pread(ends[0], bytes, 1, 0), ESPIPE);
    CASE("pread before the start", pread(reader, bytes, 1, -1), EINVAL);
    CASE("pread of a folder", pread(folder, bytes, 1, 0), EISDIR);
    CASE("pread of no descriptor", pread(-1, bytes, 1, 0), EBADF);
    CASE("pread of a writer", pread(writer, bytes, 1, 0), EBADF);
    GIVES("pread behind the end", pread(reader, bytes, 1, 1000), 0);
    CASE("readv of no descriptor", readv(-1, &one, 1), EBADF);
    CASE("readv of less than nothing", readv(reader, &one, -1), EINVAL);
    CASE("readv of too many", readv(reader, &one, 1025), EINVAL);
    CASE("readv from a bad list", readv(reader, BAD, 1), EFAULT);
    CASE("readv to a bad address", readv(reader, &bad, 1), EFAULT);
    CASE("readv too long", readv(reader, huge, 2), EINVAL);
    CASE("readv of a folder", readv(folder, &one, 1), EISDIR);
    GIVES("readv of none", readv(reader, &one, 0), 0);
    CASE("preadv before the start", preadv(reader, &one, 1, -1), EINVAL);
    CASE("preadv of a pipe", preadv(ends[0], &one, 1, 0), ESPIPE);
    CASE("preadv of no descriptor", preadv(-1, &one, 1, 0), EBADF);
    CASE("preadv to a bad address", preadv(reader, &bad, 1, 0), EFAULT);
    CASE("preadv of less than nothing", preadv(reader, &one, -1, 0), EINVAL);
    CASE("preadv2 unknown flags", preadv2(reader, &one, 1, 0, 0x10000), EOPNOTSUPP);
    CASE("preadv2 of no descriptor", preadv2(-1, &one, 1, 0, 0), EBADF);
    CASE("preadv2 of a pipe", preadv2(ends[0], &one, 1, 0, 0), ESPIPE);
    GIVES("preadv2 from where it is", preadv2(reader, &one, 1, -1, 0), 10);
}

static void writing(void)
{
    struct iovec one = {bytes, 10}, bad = {BAD, 10}, huge[2] = {{bytes, -1}, {bytes, 1}};
    CASE("write of no descriptor", write(-1, bytes, 1), EBADF);
    CASE("write of a reader", write(reader, bytes, 1), EBADF);
    CASE("write of a folder", write(folder, bytes, 1), EBADF);
    CASE("write of O_PATH", write(on_path, bytes, 1), EBADF);
    CASE("write from a bad address", write(writer, BAD, 1), EFAULT);
    CASE("write to a full pipe", write(full[1], bytes, 1), EAGAIN);
    CASE("write to a broken pipe", write(broken[1], bytes, 1), EPIPE);
    CASE("write to a reading end", write(ends[0], bytes, 1), EBADF);
    CASE("write from a bad address to a pipe", write(ends[1], BAD, 1), EFAULT);
    GIVES("write of nothing from nowhere", write(writer, NULL, 0), 0);
    CASE("pwrite to a pipe", pwrite(ends[1], bytes, 1, 0), ESPIPE);
    CASE("pwrite before the start", pwrite(writer, bytes, 1, -1), EINVAL);
    CASE("pwrite of a reader", pwrite(reader, bytes, 1, 0), EBADF);
    CASE("pwrite of no descriptor", pwrite(-1, bytes, 1, 0), EBADF);
    CASE("pwrite from a bad address", pwrite(writer, BAD, 1, 0), EFAULT);
    CASE("writev of less than nothing", writev(writer, &one, -1), EINVAL);
    CASE("writev of too many", writev(writer, &one, 1025), EINVAL);
    CASE("writev from a bad list", writev(writer, BAD, 1), EFAULT);
    CASE("writev from a bad address", writev(writer, &bad, 1), EFAULT);
    CASE("writev too long", writev(writer, huge, 2), EINVAL);
    CASE("writev to a broken pipe", writev(broken[1], &one, 1), EPIPE);
    CASE("writev of a reader", writev(reader, &one, 1), EBADF);
    CASE("pwritev before the start", pwritev(writer, &one, 1, -1), EINVAL);
    CASE("pwritev to a pipe", pwritev(ends[1], &one, 1, 0), ESPIPE);
    CASE("pwritev of a reader", pwritev(reader, &one, 1, 0), EBADF);
    CASE("pwritev2 unknown flags", pwritev2(writer, &one, 1, 0, 0x10000), EOPNOTSUPP);
    GIVES("pwritev2 to the end", pwritev2(writer, &one, 1, 0, RWF_APPEND), 10);
    CASE("vectors that go bad in the middle", pwritev(writer, (struct iovec[]){{bytes, 5}, {BAD, 5}}, 2, 0), 0);
}

static void seeking(void)
{
    CASE("lseek of no descriptor", lseek(-1, 0, SEEK_SET), EBADF);
    CASE("lseek of a pipe", lseek(ends[0], 0, SEEK_SET), ESPIPE);
    CASE("lseek of a fifo", lseek(fifo, 0, SEEK_SET), ESPIPE);
    CASE("lseek of no kind", lseek(reader, 0, 9), EINVAL);
    CASE("lseek before the start", lseek(reader, -1, SEEK_SET), EINVAL);
    CASE("lseek before the start from the end", lseek(reader, -1000, SEEK_END), EINVAL);
    CASE("lseek of O_PATH", lseek(on_path, 0, SEEK_SET), EBADF);
    CASE("data behind the end", lseek(reader, 5000, SEEK_DATA), ENXIO);
    CASE("a hole behind the end", lseek(reader, 5000, SEEK_HOLE), ENXIO);
    CASE("data before the start", lseek(reader, -1, SEEK_DATA), ENXIO);
    GIVES("the position did not change", lseek(reader, 0, SEEK_CUR), 10);
    GIVES("far behind the end", lseek(reader, 1L << 40, SEEK_SET), 1L << 40);
    GIVES("nothing is there", read(reader, bytes, 10), 0);
    CASE("beyond all files", lseek(reader, INT64_MAX, SEEK_CUR), EINVAL);
    SUCCEED(lseek(reader, 0, SEEK_SET));
}

static void room(void)
{
    CASE("fallocate of no descriptor", fallocate(-1, 0, 0, 1), EBADF);
    CASE("fallocate of a reader", fallocate(reader, 0, 0, 1), EBADF);
    CASE("fallocate of nothing", fallocate(writer, 0, 0, 0), EINVAL);
    CASE("fallocate of less than nothing", fallocate(writer, 0, 0, -1), EINVAL);
    CASE("fallocate before the start", fallocate(writer, 0, -1, 1), EINVAL);
    CASE("fallocate too far", fallocate(writer, 0, INT64_MAX, 1), EFBIG);
    CASE("fallocate of a pipe", fallocate(ends[1], 0, 0, 1), ESPIPE);
    CASE("fallocate of a fifo", fallocate(fifo, 0, 0, 1), ESPIPE);
    CASE("fallocate unknown mode", fallocate(writer, 0x100, 0, 1), EOPNOTSUPP);
    CASE("a hole that changes the size", fallocate(writer, FALLOC_FL_PUNCH_HOLE, 0, 1), EOPNOTSUPP);
    CASE("collapse, which a tmpfs does not know", fallocate(writer, FALLOC_FL_COLLAPSE_RANGE, 0, 4096), EOPNOTSUPP);
    CASE("zero and a hole", fallocate(writer, FALLOC_FL_ZERO_RANGE | FALLOC_FL_PUNCH_HOLE, 0, 1), EOPNOTSUPP);
    CASE("posix_fallocate", posix_fallocate(writer, 0, 4096), 0);
    CASE("ftruncate too far", ftruncate(writer, INT64_MAX), 0);
    CASE("write behind the last byte", pwrite(writer, bytes, 1, INT64_MAX), EINVAL);
    CASE("read behind the last byte", pread(reader, bytes, 1, INT64_MAX), EINVAL);
    CASE("and back", ftruncate(writer, 0), 0);
}

static void syncing(void)
{
    CASE("fsync of no descriptor", fsync(-1), EBADF);
    CASE("fsync of a pipe", fsync(ends[0]), EINVAL);
    CASE("fsync of a fifo", fsync(fifo), EINVAL);
    CASE("fsync of a folder", fsync(folder), 0);
    CASE("fsync of O_PATH", fsync(on_path), EBADF);
    CASE("fdatasync of no descriptor", fdatasync(-1), EBADF);
    CASE("fdatasync of a pipe", fdatasync(ends[0]), EINVAL);
    CASE("syncfs of no descriptor", syncfs(-1), EBADF);
    CASE("syncfs", syncfs(reader), 0);
    CASE("sync_file_range of no descriptor", sync_file_range(-1, 0, 0, 0), EBADF);
    CASE("sync_file_range of a pipe", sync_file_range(ends[0], 0, 0, 0), ESPIPE);
    CASE("sync_file_range unknown flags", sync_file_range(reader, 0, 0, 8), EINVAL);
    CASE("sync_file_range before the start", sync_file_range(reader, -1, 0, 0), EINVAL);
    CASE("sync_file_range of less than nothing", sync_file_range(reader, 0, -1, 0), EINVAL);
    CASE("fadvise of no descriptor", syscall(SYS_fadvise64, -1, 0, 0, 0), EBADF);
    CASE("fadvise of a pipe", syscall(SYS_fadvise64, ends[0], 0, 0, 0), ESPIPE);
    CASE("fadvise unknown", syscall(SYS_fadvise64, reader, 0, 0, 99), EINVAL);
    CASE("fadvise of less than nothing", syscall(SYS_fadvise64, reader, 0L, -1L, 0), EINVAL);
    CASE("readahead of no descriptor", readahead(-1, 0, 1), EBADF);
    CASE("readahead of a writer", readahead(writer, 0, 1), EBADF);
    CASE("readahead of a pipe", readahead(ends[0], 0, 1), EINVAL);
    CASE("readahead of a folder", readahead(folder, 0, 1), EINVAL);
    CASE("readahead", readahead(reader, 0, 1), 0);
    CASE("close of no descriptor", close(-1), EBADF);
    CASE("close of a closed descriptor", close(99), EBADF);
    CASE("close_range backwards", syscall(SYS_close_range, 9, 8, 0), EINVAL);
    CASE("close_range unknown flags", syscall(SYS_close_range, 90, 99, 1), EINVAL);
    CASE("close_range of nothing", syscall(SYS_close_range, 90, 99, 0), 0);
}

static void listing(void)
{
    CASE("getdents of no descriptor", syscall(SYS_getdents64, -1, bytes, sizeof bytes), EBADF);
    CASE("getdents of a file", syscall(SYS_getdents64, reader, bytes, sizeof bytes), ENOTDIR);
    CASE("getdents of O_PATH", syscall(SYS_getdents64, on_path, bytes, sizeof bytes), EBADF);
    CASE("getdents without room", syscall(SYS_getdents64, folder, bytes, 4), EINVAL);
    CASE("getdents to a bad address", syscall(SYS_getdents64, folder, BAD, sizeof bytes), EFAULT);
    CASE("old getdents without room", syscall(SYS_getdents, folder, bytes, 4), EINVAL);
    CASE("old getdents to a bad address", syscall(SYS_getdents, folder, BAD, sizeof bytes), EFAULT);
    CASE("old getdents of a file", syscall(SYS_getdents, reader, bytes, sizeof bytes), ENOTDIR);
    SUCCEED(rmdir("folder"));
    CASE("getdents of what is gone", syscall(SYS_getdents64, folder, bytes, sizeof bytes), ENOENT);
}

int main(void)
{
    in_fresh_folder("/tmp/transfer-errors");
    open_things();
    reading();
    writing();
    seeking();
    room();
    syncing();
    listing();
    return end_cases();
}
