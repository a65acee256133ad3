// Package kit is the plumbing that every service of the suite stands on: it
// knows no noun of the agreements.
package kit
