// Package lawcheck holds the import law to what the linker sees: depguard reads the
// imports of one file, this test everything that comes along with them.
package lawcheck
