# 上传时的拒绝理由
plugin-too-large = 文件超过 { $limit } MiB。请去掉不需要的内容和调试信息。
plugin-not-component = 文件不是 WebAssembly 组件。请用 onedoor-plugin build 构建。
plugin-corrupted = 文件损坏或不完整（第 { $at } 字节）。请重新构建并上传。
plugin-section-twice = 区段 { $section } 出现了两次。请用 onedoor-plugin build 只构建一次。
plugin-section-not-text = 区段 { $section } 不是 UTF-8 文本。请用 onedoor-plugin build 重新构建。
plugin-no-manifest = 文件中没有清单。请用 onedoor-plugin build 构建，它会嵌入 plugin.toml。
plugin-manifest-flaw = plugin.toml 中 { $at }：{ $mend }
plugin-no-contract = 文件没有注明所用的接口版本。请用 onedoor-plugin build 按 { $wanted } 构建。
plugin-contract-other = 它用的接口版本是 { $found }，本平台是 { $wanted }。请用 { $wanted } 的 SDK 构建。
plugin-import-foreign = 它引用了接口之外的 { $import }。请去掉用到它的部分：文件、网络和时钟只能通过平台接口使用。
plugin-exports-nothing = 它没有实现接口 { $wanted } 的任何部分。请至少导出 portal、triage、events 之一。
plugin-bundle-missing = 缺少 { $language } 的文字。请添加 i18n/{ $language }.ftl 后重新构建。
plugin-bundle-too-large = { $language } 的文字超过 { $limit } KiB。请缩短。
plugin-bundle-flaw = { $language } 的文字无法读取：见 i18n/{ $language }.ftl 第 { $line } 行。
plugin-message-one-language = 文字 { $message } 只有一种语言。请补上另一种。
plugin-space-full = 该服务的存储空间（16 MiB）已满。请删除旧数据。
