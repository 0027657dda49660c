//! Components that no compiler for guests would make: the contract's own shape, with a core module
//! that is changed section by section. Only for tests.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "for tests, which fail by panicking"
)]

use onedoor_manifest::{CONTRACT, SECTION_CONTRACT, SECTION_I18N, SECTION_MANIFEST};
use wasm_encoder::{CustomSection, Encode as _, Section as _};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

/// A world that is a portal, and has a resource of its own beside it.
pub const WITH_RESOURCE: &str = "package test:more;\n\
    interface things { resource thing { constructor(); } }\n\
    world forger { include onedoor:plugin/portal-plugin@0.1.0; export things; }\n";

pub const TYPES: u8 = 1;
pub const IMPORTS: u8 = 2;
pub const FUNCTIONS: u8 = 3;
pub const TABLES: u8 = 4;
pub const MEMORIES: u8 = 5;
pub const START: u8 = 8;
pub const CODE: u8 = 10;
/// The order in which sections stand.
const ORDER: [u8; 13] = [
    TYPES, IMPORTS, FUNCTIONS, TABLES, MEMORIES, 13, 6, 7, START, 9, 12, CODE, 11,
];

/// A core module, by sections.
pub struct Module(Vec<(u8, Vec<u8>)>);

impl Module {
    fn read(bytes: &[u8]) -> Self {
        let mut sections = Vec::new();
        let mut at = 8;
        while at < bytes.len() {
            let (length, begins) = read_number(bytes, at + 1);
            sections.push((bytes[at], bytes[begins..begins + length].to_vec()));
            at = begins + length;
        }
        Self(sections)
    }

    fn write(&self) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        for (id, body) in &self.0 {
            bytes.push(*id);
            number(body.len(), &mut bytes);
            bytes.extend_from_slice(body);
        }
        bytes
    }

    fn body(&mut self, id: u8) -> &mut Vec<u8> {
        let rank = |id: u8| ORDER.iter().position(|it| *it == id);
        let at = self.0.iter().position(|it| it.0 == id);
        let at = at.unwrap_or_else(|| {
            // After the last that comes before it; custom sections stand anywhere.
            let before = self
                .0
                .iter()
                .rposition(|it| it.0 != 0 && rank(it.0) < rank(id));
            let at = before.map_or(0, |it| it + 1);
            self.0.insert(at, (id, vec![0]));
            at
        });
        &mut self.0[at].1
    }

    /// Adds an entry to a section; its index.
    pub fn add(&mut self, id: u8, entry: &[u8]) -> usize {
        let body = self.body(id);
        let (count, begins) = read_number(body, 0);
        let mut new = Vec::new();
        number(count + 1, &mut new);
        new.extend_from_slice(&body[begins..]);
        new.extend_from_slice(entry);
        *body = new;
        count
    }

    /// The index of an imported function, by its name, and how many there are.
    pub fn import(&mut self, wanted: &str) -> (Option<usize>, usize) {
        let body = self.body(IMPORTS);
        let (count, mut at) = read_number(body, 0);
        let mut found = None;
        for index in 0..count {
            let (module, begins) = read_number(body, at);
            let (name, begins) = read_number(body, begins + module);
            let named = &body[begins..begins + name];
            assert_eq!(body[begins + name], 0, "only functions are imported");
            if named == wanted.as_bytes() {
                found = Some(index);
            }
            at = read_number(body, begins + name + 1).1;
        }
        (found, count)
    }

    /// Adds a function without parameters or results, and has it run at the start.
    pub fn start(&mut self, code: &[u8]) {
        let (_, imported) = self.import("");
        let kind = self.add(TYPES, &[0x60, 0, 0]);
        let mut kinds = Vec::new();
        number(kind, &mut kinds);
        let index = self.add(FUNCTIONS, &kinds);
        self.function(code);
        let mut start = Vec::new();
        number(imported + index, &mut start);
        *self.body(START) = start;
    }

    /// Adds the code of a function: no local, and these instructions.
    pub fn function(&mut self, code: &[u8]) {
        let mut entry = Vec::new();
        number(code.len() + 2, &mut entry);
        entry.push(0);
        entry.extend_from_slice(code);
        entry.push(0x0b);
        self.add(CODE, &entry);
    }
}

/// As the binary format has numbers: LEB128.
pub fn number(mut n: usize, into: &mut Vec<u8>) {
    while n >= 0x80 {
        into.push((n as u8 & 0x7f) | 0x80);
        n >>= 7;
    }
    into.push(n as u8);
}

fn read_number(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let (mut n, mut shift) = (0, 0);
    loop {
        let byte = bytes[at];
        n |= usize::from(byte & 0x7f) << shift;
        at += 1;
        if byte & 0x80 == 0 {
            return (n, at);
        }
        shift += 7;
    }
}

/// A manifest with this id.
pub fn manifest(id: &str) -> String {
    format!(
        "id = \"{id}\"\nversion = \"0.1.0\"\ndepartment = \"dept-emergency\"\n\
         name = {{ zh = \"测试\", en = \"Test\" }}\ndescription = {{ zh = \"测试\", en = \"Test\" }}\n\
         contact = {{ phone = \"12345\" }}\ncapabilities = []\n"
    )
}

/// A component of `world`, which is one of the contract or [`WITH_RESOURCE`]'s, after `change`.
/// Its functions trap.
pub fn component(world: &str, manifest: &str, change: impl FnOnce(&mut Module)) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit");
    let (mut package, _) = resolve.push_dir(contract).unwrap();
    if world == "forger" {
        package = resolve.push_str("more.wit", WITH_RESOURCE).unwrap();
    }
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let dummy = wit_component::dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    let mut module = Module::read(&dummy);
    change(&mut module);
    let mut module = module.write();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let mut component = ComponentEncoder::default()
        .validate(false)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap();
    section(&mut component, SECTION_MANIFEST, manifest);
    section(&mut component, SECTION_CONTRACT, CONTRACT);
    for language in ["zh-CN", "en"] {
        let name = format!("{SECTION_I18N}{language}");
        section(&mut component, &name, "hello = Hello\n");
    }
    component
}

/// Adds a custom section.
pub fn section(component: &mut Vec<u8>, name: &str, data: &str) {
    let section = CustomSection {
        name: name.into(),
        data: data.as_bytes().into(),
    };
    component.push(section.id());
    section.encode(component);
}
