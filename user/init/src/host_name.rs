//! The host's name, from /etc/hostname: hostname(5).

use cor_rt::{Errno, File, Result, linux};

/// Names the host as the file says: by its first line that is neither empty nor a comment. Without the file it has no
/// name.
pub(crate) fn set() -> Result<()> {
    let text = match File::read(c"/etc/hostname") {
        Ok(text) => text,
        Err(Errno::ENOENT) => return Ok(()),
        Err(errno) => return Err(errno),
    };
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let mut names = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    names.next().map_or(Ok(()), linux::set_host_name)
}
