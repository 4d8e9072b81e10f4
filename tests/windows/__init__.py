"""The program on CPython for Windows, under wine: what wine does not show is named in docs/service-on-windows.md."""
