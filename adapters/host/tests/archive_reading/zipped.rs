//! A zip file written byte by byte, so that any of its fields can lie.

/// A file to be zipped, as it is or as it pretends to be.
#[derive(Clone, Debug)]
pub(crate) struct Zipped {
    pub(crate) name: Vec<u8>,
    /// Its name in its own header.
    pub(crate) own_name: Option<Vec<u8>>,
    pub(crate) content: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) version: u16,
    pub(crate) crc: u32,
    /// Bytes of its content, as it says in both places.
    pub(crate) size: u32,
    /// Bytes in the archive, as it says in both places.
    pub(crate) compressed: u32,
    /// The same, as its own header says.
    pub(crate) own_size: Option<u32>,
    pub(crate) attributes: u32,
    /// Notes in the directory, and in its own header.
    pub(crate) notes: Vec<u8>,
    pub(crate) own_notes: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) disk: u16,
    /// Bytes behind its content that belong to no file.
    pub(crate) behind: Vec<u8>,
    /// Where the directory says that it begins, if not where it does.
    pub(crate) start: Option<u32>,
}

impl Zipped {
    /// A file that is stored as it is.
    pub(crate) fn new(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref().to_vec();
        let size = content.len() as u32;
        Self {
            name: name.as_ref().to_vec(),
            own_name: None,
            crc: crc32(&content),
            content,
            flags: 0,
            method: 0,
            version: 20,
            size,
            compressed: size,
            own_size: None,
            attributes: 0o100_644 << 16,
            notes: Vec::new(),
            own_notes: Vec::new(),
            comment: Vec::new(),
            disk: 0,
            behind: Vec::new(),
            start: None,
        }
    }

    fn header(&self, zip: &mut Vec<u8>) {
        let name = self.own_name.as_ref().unwrap_or(&self.name);
        zip.extend(b"PK\x03\x04");
        for field in [self.version, self.flags, self.method, 0, 0x21] {
            zip.extend(field.to_le_bytes());
        }
        let size = self.own_size.unwrap_or(self.size);
        for field in [self.crc, self.compressed, size] {
            zip.extend(field.to_le_bytes());
        }
        zip.extend((name.len() as u16).to_le_bytes());
        zip.extend((self.own_notes.len() as u16).to_le_bytes());
        zip.extend(name);
        zip.extend(&self.own_notes);
        zip.extend(&self.content);
        zip.extend(&self.behind);
    }

    fn entry(&self, start: u32, zip: &mut Vec<u8>) {
        zip.extend(b"PK\x01\x02");
        for field in [0x0314, self.version, self.flags, self.method, 0, 0x21] {
            zip.extend(u16::to_le_bytes(field));
        }
        for field in [self.crc, self.compressed, self.size] {
            zip.extend(field.to_le_bytes());
        }
        for length in [self.name.len(), self.notes.len(), self.comment.len()] {
            zip.extend((length as u16).to_le_bytes());
        }
        zip.extend(self.disk.to_le_bytes());
        zip.extend([0, 0]);
        zip.extend(self.attributes.to_le_bytes());
        zip.extend(self.start.unwrap_or(start).to_le_bytes());
        zip.extend(&self.name);
        zip.extend(&self.notes);
        zip.extend(&self.comment);
    }
}

/// The whole zip file.
pub(crate) fn zip(files: &[Zipped]) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut starts = Vec::new();
    for file in files {
        starts.push(zip.len() as u32);
        file.header(&mut zip);
    }
    let directory = zip.len() as u32;
    for (file, start) in files.iter().zip(starts) {
        file.entry(start, &mut zip);
    }
    let size = zip.len() as u32 - directory;
    zip.extend(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        zip.extend((files.len() as u16).to_le_bytes());
    }
    zip.extend(size.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend([0, 0]);
    zip
}

/// CRC-32 as zip files have it, bit by bit.
fn crc32(content: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in content {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ 0xEDB8_8320 & (crc & 1).wrapping_neg();
        }
    }
    !crc
}
