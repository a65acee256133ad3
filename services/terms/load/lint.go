package load

import (
	"io/fs"
	"sort"

	"cloudpact.dev/services/terms"
)

// Finding is a problem of terms with its place in the folder.
type Finding struct {
	Position
	terms.Problem
}

// String is "file:line:column: severity: message".
func (f Finding) String() string {
	at := f.Position.String()
	if at != "" {
		at += ": "
	}
	return at + f.Severity + ": " + f.Message
}

// Lint looks for everything that is wrong with a folder that was read. Errors
// come first, then warnings, then notes, each in the order of the files.
func (f *Folder) Lint() []Finding {
	var out []Finding
	for _, p := range terms.Check(f.Terms) {
		out = append(out, Finding{f.Index.At(p.Path), p})
	}
	rank := map[string]int{terms.SeverityError: 0, terms.SeverityWarning: 1, terms.SeverityNote: 2}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		switch {
		case a.Severity != b.Severity:
			return rank[a.Severity] < rank[b.Severity]
		case a.File != b.File:
			return a.File < b.File
		}
		return a.Line < b.Line
	})
	return out
}

// Lint reads a folder and looks for everything that is wrong with it, in the
// reading or in what was read. The error is for a folder that cannot be opened.
func Lint(fsys fs.FS) ([]Finding, error) {
	f, err := Dir(fsys)
	if ps, ok := err.(Problems); ok {
		out := make([]Finding, len(ps))
		for i, p := range ps {
			out[i] = Finding{p.Position, terms.Problem{Severity: terms.SeverityError, Message: p.Message}}
		}
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	return f.Lint(), nil
}
