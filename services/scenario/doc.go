// Package scenario plays scenarios: files that say which calls are made at
// which instant and what each of them must answer.
package scenario
