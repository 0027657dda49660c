//! Components for tests, made from the contract without a compiler for guests: they link, and
//! trap when called.

use onedoor_manifest::{CONTRACT, SECTION_CONTRACT, SECTION_I18N, SECTION_MANIFEST};
use wasm_encoder::{CustomSection, Encode as _, Section as _};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

use super::{About, Engine, Plugins, Settings, compile};

/// A manifest with this id and version, of the department that tests have.
pub fn manifest(id: &str, version: &str) -> String {
    format!(
        "id = \"{id}\"\nversion = \"{version}\"\ndepartment = \"dept-emergency\"\n\
         name = {{ zh = \"测试\", en = \"Test\" }}\ndescription = {{ zh = \"测试\", en = \"Test\" }}\n\
         contact = {{ phone = \"12345\" }}\ncapabilities = []\n"
    )
}

/// A component of `world`, which is a world of the contract or one that `more` defines beside it;
/// no section of ours yet.
pub fn bare(world: &str, more: Option<&str>) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit");
    let (mut package, _) = resolve.push_dir(contract).unwrap();
    if let Some(more) = more {
        package = resolve.push_str("more.wit", more).unwrap();
    }
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = wit_component::dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}

/// Adds a custom section.
pub fn section(component: &mut Vec<u8>, name: &str, data: &[u8]) {
    let section = CustomSection {
        name: name.into(),
        data: data.into(),
    };
    component.push(section.id());
    section.encode(component);
}

/// Adds the sections that a build adds.
pub fn dressed(mut component: Vec<u8>, manifest: &str) -> Vec<u8> {
    section(&mut component, SECTION_MANIFEST, manifest.as_bytes());
    section(&mut component, SECTION_CONTRACT, CONTRACT.as_bytes());
    for language in ["zh-CN", "en"] {
        section(
            &mut component,
            &format!("{SECTION_I18N}{language}"),
            b"hello = Hello\n",
        );
    }
    component
}

/// A whole plugin with a portal.
pub fn plugin(id: &str, version: &str) -> Vec<u8> {
    dressed(bare("portal-plugin", None), &manifest(id, version))
}

/// Plugins with one active: a component of `world`, which traps when called, with `more` in its
/// manifest. The journal and the folder must live as long.
pub struct Active {
    pub plugins: Plugins,
    _entries: tokio::sync::mpsc::Receiver<super::journal::Entry>,
    _folder: tempfile::TempDir,
}

pub async fn active(world: &str, more: &str) -> Active {
    let text = format!("{}{more}", manifest("machine", "1.0.0"));
    let verified = super::verify::verify(&dressed(bare(world, None), &text)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let artefact = folder.path().join("artefact");
    std::fs::write(
        &artefact,
        compile(&dressed(bare(world, None), &text)).unwrap(),
    )
    .unwrap();
    let settings = Settings {
        slots: 4,
        ..Settings::default()
    };
    let (sender, entries) = super::journal::channel();
    let plugins = Plugins::new(Engine::new(&settings).unwrap(), sender);
    let about = About {
        manifest: verified.manifest,
        digest: verified.digest,
        bundles: verified.sections.bundles,
    };
    let loaded = plugins.engine().load(&artefact, about).await.unwrap();
    plugins.put(std::sync::Arc::new(loaded));
    Active {
        plugins,
        _entries: entries,
        _folder: folder,
    }
}
