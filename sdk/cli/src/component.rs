//! Components as files: a core module becomes one, with the plugin's own files in custom sections,
//! and a finished one is read back. Looks at the outermost component alone; never runs anything.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use data_encoding::HEXLOWER;
use onedoor_manifest::{
    Recording, SECTION_CALLS, SECTION_CONTRACT, SECTION_I18N, SECTION_MANIFEST,
};
use sha2::{Digest as _, Sha256};
use wasm_encoder::{CustomSection, Encode as _, Section as _};
use wasmparser::{Encoding, Parser, Payload};

use crate::folder::Folder;

/// What every import of a plugin begins with.
const CONTRACT_PACKAGES: &str = "onedoor:";
/// What imports of a language runtime begin with.
const EMPTY_PACKAGES: &str = "wasi:";
/// The package that plugins export from.
const EXPORTS: &str = "onedoor:plugin/";

/// What the outermost component of a file says.
#[derive(Debug, Default)]
pub struct Reading {
    /// Names of the interfaces it imports.
    pub imports: Vec<String>,
    /// Names of the interfaces it exports.
    pub exports: Vec<String>,
    /// Custom sections, by name; those of the contract alone.
    pub sections: BTreeMap<String, Vec<u8>>,
}

impl Reading {
    /// Reads a component. An error when it is not one.
    pub fn of(component: &[u8]) -> anyhow::Result<Self> {
        let mut reading = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            let payload = payload.context("not a component: it cannot be read to its end")?;
            match payload {
                Payload::Version { encoding, .. }
                    if depth == 0 && encoding != Encoding::Component =>
                {
                    bail!("a core module, not a component: `onedoor-plugin build` makes one of it")
                }
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                other if depth == 0 => reading.take(other)?,
                _ => {}
            }
        }
        Ok(reading)
    }

    fn take(&mut self, payload: Payload<'_>) -> anyhow::Result<()> {
        match payload {
            Payload::ComponentImportSection(section) => {
                for import in section {
                    self.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    self.exports.push(export?.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name().starts_with(CONTRACT_PACKAGES) => {
                let name = section.name().to_owned();
                self.sections.insert(name, section.data().to_vec());
            }
            _ => {}
        }
        Ok(())
    }

    /// A section of text, if there is one.
    pub fn text(&self, section: &str) -> anyhow::Result<Option<&str>> {
        let bytes = self.sections.get(section);
        bytes
            .map(|bytes| std::str::from_utf8(bytes))
            .transpose()
            .with_context(|| format!("section {section} is not text"))
    }

    /// The imports that are neither of the contract nor of the WASI that a host links empty; a host
    /// refuses a component that has any, and some of WASI.
    pub fn foreign(&self) -> impl Iterator<Item = &String> {
        let foreign = |name: &&String| {
            !name.starts_with(CONTRACT_PACKAGES) && !name.starts_with(EMPTY_PACKAGES)
        };
        self.imports.iter().filter(foreign)
    }

    /// The version of the contract that its exports are of. An error when it exports none of the
    /// contract's interfaces.
    pub fn contract(&self) -> anyhow::Result<&str> {
        let versions = self.exports.iter().filter_map(|name| {
            let (_, version) = name.strip_prefix(EXPORTS)?.split_once('@')?;
            Some(version)
        });
        versions.max().context(
            "it exports nothing of the contract: name what it implements, as in \
             `register!(MyPlugin: portal)`",
        )
    }
}

/// What the exports are called that free what a call has answered.
const POST_RETURN: &str = "cabi_post_";

/// A component of a core module that `wit-bindgen` prepared.
pub fn encode(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let module = without_post_return(module)?;
    wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .context("the module holds no contract")?
        .encode()
        .context("the module does not fit the contract")
}

/// The module without the functions that free what a call has answered, and what only they need. A
/// host takes an instance for one call and throws it away with its memory: to walk a page once more
/// to free its words is time lost, and of a small plugin these functions are a quarter of the code.
fn without_post_return(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut module = walrus::ModuleConfig::new()
        .generate_producers_section(false)
        .parse(module)
        .context("the module cannot be read")?;
    let exports = module.exports.iter();
    let freeing = exports.filter(|it| it.name.starts_with(POST_RETURN));
    let freeing: Vec<_> = freeing.map(walrus::Export::id).collect();
    for export in freeing {
        module.exports.delete(export);
    }
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// Adds the manifest, the contract's version and the bundles of a plugin to its component.
pub fn embed(component: &mut Vec<u8>, folder: &Folder, contract: &str) {
    section(component, SECTION_MANIFEST, &folder.manifest_text);
    section(component, SECTION_CONTRACT, contract);
    for (language, bundle) in &folder.bundles {
        section(component, &format!("{SECTION_I18N}{language}"), bundle);
    }
}

/// Adds the recorded test calls.
pub fn record(component: &mut Vec<u8>, recording: &Recording) {
    section(component, SECTION_CALLS, &recording.text());
}

fn section(component: &mut Vec<u8>, name: &str, text: &str) {
    let section = CustomSection {
        name: name.into(),
        data: text.as_bytes().into(),
    };
    component.push(section.id());
    section.encode(component);
}

/// `sha256:` and 64 hexadecimal digits: what a reviewer approves.
pub fn digest(component: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(component)))
}
