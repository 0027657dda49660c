//! What a component says of itself, read before anything is compiled: its imports and exports,
//! and the custom sections that the build put at its end. Looks at the outermost component alone;
//! runs nothing and believes nothing.

use onedoor_manifest::{SECTION_CALLS, SECTION_CONTRACT, SECTION_I18N, SECTION_MANIFEST};
use std::collections::BTreeMap;
use wasmparser::{Encoding, Parser, Payload};

/// What the outermost component of a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// Names of what it imports.
    pub imports: Vec<String>,
    /// Names of what it exports.
    pub exports: Vec<String>,
    /// The manifest, as TOML.
    pub manifest: Option<String>,
    /// The version of the contract.
    pub contract: Option<String>,
    /// Fluent bundles by language.
    pub bundles: BTreeMap<String, String>,
    /// The recorded calls of its author's tests, as JSON.
    pub calls: Option<String>,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A core module, or no WebAssembly at all.
    NotComponent,
    /// It breaks off, or is damaged.
    Corrupted {
        /// Where, in bytes from the start.
        at: u64,
    },
    /// A section of ours is there twice.
    Twice {
        /// Its name.
        section: String,
    },
    /// A section of ours is not UTF-8.
    NotText {
        /// Its name.
        section: String,
    },
}

/// Reads the sections of a component.
pub fn read(component: &[u8]) -> Result<Sections, Unreadable> {
    if !component.starts_with(b"\0asm") {
        return Err(Unreadable::NotComponent);
    }
    let mut sections = Sections::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| corrupted(&error))? {
            Payload::Version { encoding, .. } if depth == 0 && encoding != Encoding::Component => {
                return Err(Unreadable::NotComponent);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            other if depth == 0 => take(&mut sections, other)?,
            _ => {}
        }
    }
    Ok(sections)
}

fn corrupted(error: &wasmparser::BinaryReaderError) -> Unreadable {
    #[allow(clippy::useless_conversion)] // the width differs between releases of the parser
    let at = u64::try_from(error.offset()).unwrap_or_default();
    Unreadable::Corrupted { at }
}

fn take(sections: &mut Sections, payload: Payload<'_>) -> Result<(), Unreadable> {
    match payload {
        Payload::ComponentImportSection(list) => {
            for import in list {
                let import = import.map_err(|error| corrupted(&error))?;
                sections.imports.push(import.name.name.to_owned());
            }
        }
        Payload::ComponentExportSection(list) => {
            for export in list {
                let export = export.map_err(|error| corrupted(&error))?;
                sections.exports.push(export.name.name.to_owned());
            }
        }
        Payload::CustomSection(section) => keep(sections, section.name(), section.data())?,
        _ => {}
    }
    Ok(())
}

fn keep(sections: &mut Sections, name: &str, data: &[u8]) -> Result<(), Unreadable> {
    let language = name.strip_prefix(SECTION_I18N);
    let ours = [SECTION_MANIFEST, SECTION_CONTRACT, SECTION_CALLS];
    if language.is_none() && !ours.contains(&name) {
        return Ok(());
    }
    let text = std::str::from_utf8(data).map_err(|_| Unreadable::NotText {
        section: name.to_owned(),
    })?;
    let text = text.to_owned();
    let before = match language {
        Some(language) => sections.bundles.insert(language.to_owned(), text),
        None if name == SECTION_MANIFEST => sections.manifest.replace(text),
        None if name == SECTION_CALLS => sections.calls.replace(text),
        None => sections.contract.replace(text),
    };
    match before {
        Some(_) => Err(Unreadable::Twice {
            section: name.to_owned(),
        }),
        None => Ok(()),
    }
}
