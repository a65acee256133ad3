// Package terms holds a provider's standard terms as data: the policies of a
// revision as plain Go types, its clauses and its readings.
package terms
