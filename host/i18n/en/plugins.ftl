# Refusals at upload
plugin-too-large = The file is larger than { $limit } MiB. Leave out what the plugin does not need, and strip debugging information.
plugin-not-component = The file is not a WebAssembly component. Build it with “onedoor-plugin build”.
plugin-corrupted = The file is damaged or breaks off (byte { $at }). Build and upload it again.
plugin-section-twice = The section { $section } is there twice. Build it with “onedoor-plugin build”, once.
plugin-section-not-text = The section { $section } is not UTF-8 text. Build it again with “onedoor-plugin build”.
plugin-no-manifest = The file holds no manifest. Build it with “onedoor-plugin build”, which embeds plugin.toml.
plugin-manifest-flaw = plugin.toml, { $at }: { $mend }
plugin-no-contract = The file does not say which version of the contract it speaks. Build it with “onedoor-plugin build” for { $wanted }.
plugin-contract-other = It speaks version { $found } of the contract and this host { $wanted }. Build it with the SDK of { $wanted }.
plugin-import-foreign = It imports { $import }, which is not in the contract. Remove what needs it: a plugin reaches files, network and clock through the contract only.
plugin-exports-nothing = It takes part in nothing of contract { $wanted }. Export at least one of portal, triage and events.
plugin-bundle-missing = The words in { $language } are missing. Add i18n/{ $language }.ftl and build again.
plugin-bundle-too-large = The words in { $language } are larger than { $limit } KiB. Shorten them.
plugin-bundle-flaw = The words in { $language } cannot be read: see line { $line } of i18n/{ $language }.ftl.
plugin-message-one-language = The message { $message } is in one language only. Add it to the other.
plugin-space-full = The plugin's storage is full (16 MiB). Remove old values.
