//! Cuts the code of one sample out of a source file. A sample is a function of its name.

use onedoor_sdk::{Error, Result};

/// The function `name` of `source`, without its indentation.
pub fn of(source: &str, name: &str) -> Result<String> {
    let begins = format!("fn {}(", name.replace('-', "_"));
    let mut lines = source.lines().skip_while(|it| !it.starts_with(&begins));
    let mut code = Vec::new();
    for line in lines.by_ref() {
        code.push(line);
        if line == "}" {
            return Ok(code.join("\n"));
        }
    }
    Err(Error::Other(format!(
        "there is no function for the sample {name}"
    )))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_function_is_cut_out_whole() {
        let source = "fn a() {\n    one\n}\n\nfn b_c() -> Block {\n    if x {\n    }\n}\n";
        assert_eq!(of(source, "a").unwrap(), "fn a() {\n    one\n}");
        assert_eq!(
            of(source, "b-c").unwrap(),
            "fn b_c() -> Block {\n    if x {\n    }\n}"
        );
        of(source, "d").unwrap_err();
    }
}
