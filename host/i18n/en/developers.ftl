# What developers of plugins are told.
swap-elsewhere = Only a development or demonstration folder takes a build without a reviewer. Upload it, and have it approved.
