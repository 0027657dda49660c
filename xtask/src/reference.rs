//! The contract: parsed, and its reference written as Markdown from the words beside each item.

use anyhow::{Context as _, bail};
use std::{fmt::Write as _, fs};
use wit_parser::{
    Docs, Function, Interface, Resolve, Type, TypeDef, TypeDefKind, TypeId, WorldItem,
};

const FILE: &str = "wit/REFERENCE.md";

/// Writes the reference.
pub fn write() -> anyhow::Result<()> {
    fs::write(FILE, text()?)?;
    println!("wrote {FILE}");
    Ok(())
}

/// Refuses a reference that is not what the contract says now, and an item without words.
pub fn check() -> anyhow::Result<()> {
    if fs::read_to_string(FILE).unwrap_or_default() != text()? {
        bail!("{FILE} is not what the contract says: run `cargo xtask wit`");
    }
    Ok(())
}

fn text() -> anyhow::Result<String> {
    let mut resolve = Resolve::default();
    let (plugin, _) = resolve
        .push_dir("wit")
        .context("the contract does not parse")?;
    let mut out = String::from(
        "# The contract between host and plugins\n\nWritten by `cargo xtask wit` from the words in the WIT files; do not edit.\n",
    );
    for (_, package) in &resolve.packages {
        let name = &package.name;
        writeln!(out, "\n## `{name}`\n\n{}", words(&package.docs))?;
        for id in package.interfaces.values() {
            let interface = resolve
                .interfaces
                .get(*id)
                .context("an interface without a body")?;
            interface_text(&mut out, &resolve, interface)?;
        }
    }
    let package = resolve.packages.get(plugin).context("no plugin package")?;
    writeln!(out, "\n## Worlds\n")?;
    for (name, id) in &package.worlds {
        let world = resolve.worlds.get(*id).context("a world without a body")?;
        let exports: Vec<String> = world
            .exports
            .values()
            .filter_map(|item| match item {
                WorldItem::Interface { id, .. } => resolve.interfaces.get(*id)?.name.clone(),
                _ => None,
            })
            .collect();
        let exports = if exports.is_empty() {
            "nothing".to_owned()
        } else {
            exports.join(", ")
        };
        writeln!(
            out,
            "- `{name}` exports {exports}. {}",
            words(&world.docs).replace('\n', " ")
        )?;
    }
    Ok(out)
}

fn interface_text(
    out: &mut String,
    resolve: &Resolve,
    interface: &Interface,
) -> anyhow::Result<()> {
    let name = interface.name.as_deref().unwrap_or("?");
    writeln!(out, "### interface `{name}`\n\n{}", words(&interface.docs))?;
    for (name, function) in &interface.functions {
        writeln!(
            out,
            "- **`{}`**  \n  {}",
            signature(resolve, name, function),
            indented(&function.docs)
        )?;
    }
    for (name, id) in &interface.types {
        let definition = resolve.types.get(*id).context("a type without a body")?;
        if let TypeDefKind::Type(Type::Id(_)) = definition.kind {
            continue; // brought in by `use`
        }
        writeln!(
            out,
            "- `{name}`: {}  \n  {}",
            shape(resolve, definition),
            indented(&definition.docs)
        )?;
    }
    writeln!(out)?;
    Ok(())
}

/// A function as WIT has it.
pub fn signature(resolve: &Resolve, name: &str, function: &Function) -> String {
    let parameters: Vec<String> = function
        .params
        .iter()
        .map(|parameter| format!("{}: {}", parameter.name, type_name(resolve, &parameter.ty)))
        .collect();
    let result = function
        .result
        .as_ref()
        .map(|it| format!(" -> {}", type_name(resolve, it)));
    format!(
        "{name}({}){}",
        parameters.join(", "),
        result.unwrap_or_default()
    )
}

/// What a type is made of.
pub fn shape(resolve: &Resolve, definition: &TypeDef) -> String {
    let optional = |ty: &Option<Type>| {
        ty.as_ref()
            .map(|it| format!("({})", type_name(resolve, it)))
    };
    match &definition.kind {
        TypeDefKind::Record(it) => {
            let fields: Vec<_> = it
                .fields
                .iter()
                .map(|field| format!("`{}: {}`", field.name, type_name(resolve, &field.ty)))
                .collect();
            format!("record of {}", fields.join(", "))
        }
        TypeDefKind::Variant(it) => {
            let cases: Vec<_> = it
                .cases
                .iter()
                .map(|case| format!("`{}{}`", case.name, optional(&case.ty).unwrap_or_default()))
                .collect();
            format!("one of {}", cases.join(", "))
        }
        TypeDefKind::Enum(it) => {
            let cases: Vec<_> = it
                .cases
                .iter()
                .map(|case| format!("`{}`", case.name))
                .collect();
            format!("one of {}", cases.join(", "))
        }
        TypeDefKind::Type(it) => format!("`{}`", type_name(resolve, it)),
        other => format!("`{}`", kind_name(resolve, other)),
    }
}

fn type_name(resolve: &Resolve, ty: &Type) -> String {
    match ty {
        Type::Id(id) => named(resolve, *id),
        Type::Bool => "bool".to_owned(),
        Type::String => "string".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn named(resolve: &Resolve, id: TypeId) -> String {
    match resolve.types.get(id) {
        Some(TypeDef {
            name: Some(name), ..
        }) => name.clone(),
        Some(definition) => kind_name(resolve, &definition.kind),
        None => "?".to_owned(),
    }
}

fn kind_name(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let part = |ty: &Option<Type>| {
        ty.as_ref()
            .map_or_else(|| "_".to_owned(), |it| type_name(resolve, it))
    };
    match kind {
        TypeDefKind::List(it) => format!("list<{}>", type_name(resolve, it)),
        TypeDefKind::Option(it) => format!("option<{}>", type_name(resolve, it)),
        TypeDefKind::Result(it) => format!("result<{}, {}>", part(&it.ok), part(&it.err)),
        TypeDefKind::Tuple(it) => {
            let parts: Vec<_> = it.types.iter().map(|it| type_name(resolve, it)).collect();
            format!("tuple<{}>", parts.join(", "))
        }
        other => other.as_str().to_owned(),
    }
}

fn words(docs: &Docs) -> String {
    docs.contents.clone().unwrap_or_default().trim().to_owned()
}

fn indented(docs: &Docs) -> String {
    words(docs).replace('\n', "\n  ")
}
