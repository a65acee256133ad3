// Package terms holds a provider's standard terms as data: the clauses of a
// revision, its readings, and its policies as plain Go types.
//
// A policy is a struct of the same name as its message in cloudpact.terms.v1;
// every json tag is the name of the message's field and the key of the YAML
// folder, so that one page of data, one struct and one message can be read side
// by side. Words (methods, items, causes) are strings in capitals, counts are
// int32, rates and prices are decimals in strings.
//
// Four conventions hold in every policy and are what the linter checks:
//
//   - a field "clause" or "clauses", or one that ends with _clause or _clauses,
//     names clauses of the same terms;
//   - a [Setting] is either a value that the text fixes or the name of the
//     reading that decides it;
//   - a tag `words:"A|B"` lists the words that a field may hold;
//   - a list "kinds" names kinds of service; where it is empty the rule stands
//     for every kind that no other rule of the list names.
//
// The package is pure: it reads no file and knows no wire. Folders of YAML are
// read by terms/load, messages by terms/wire.
package terms
