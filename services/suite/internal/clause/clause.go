// Package clause answers where a clause lives: what it says, which policy of
// the data carries it, which pure core executes it, and which scenarios show it.
package clause

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/shipped"
)

// Card is everything that is known of one clause.
type Card struct {
	// Clause as the terms have it.
	Clause terms.Clause
	// Written is file:line of the clause, relative to the repository.
	Written string
	// Policies are file:line and name of the policies that name it.
	Policies []Policy
	// Cores are folders of pure cores that execute those policies.
	Cores []string
	// Scenarios are files that cite it.
	Scenarios []string
	// Readings that decide what it means, with the option that is the default.
	Readings []terms.Reading
}

// Policy is one policy that names the clause.
type Policy struct {
	Name string
	At   string
}

// Find looks a clause up. root is the repository, "" where there is none; cores
// and scenarios are known only with it.
func Find(root, id string) (*Card, error) {
	terms, _, ok := strings.Cut(id, "/")
	agreement, known := shipped.ByID(terms)
	if !ok || !known {
		return nil, fmt.Errorf("no clause %q: an id looks like cpc/10(a); shipped terms are %s", id, strings.Join(ids(), ", "))
	}
	folder, err := shipped.Load(terms)
	if err != nil {
		return nil, err
	}
	c, ok := folder.Terms.Clause(id)
	if !ok {
		return nil, fmt.Errorf("%s has no clause %q", terms, id)
	}
	card := &Card{Clause: c}
	if p, ok := folder.Index.Clause(id); ok {
		card.Written = fmt.Sprintf("%s:%d", path.Join(agreement.Path, p.File), p.Line)
	}
	for _, name := range c.Readings {
		if r, ok := folder.Terms.Reading(name); ok {
			card.Readings = append(card.Readings, r)
		}
	}
	for _, p := range folder.Index.Policies(id) {
		card.Policies = append(card.Policies, Policy{p.Name, fmt.Sprintf("%s:%d", path.Join(agreement.Path, p.File), p.Line)})
	}
	if root == "" {
		return card, nil
	}
	if card.Cores, err = cores(root, card.Policies); err != nil {
		return nil, err
	}
	// The owner's cores come first: they act, the others read along.
	slices.SortStableFunc(card.Cores, func(a, b string) int { return owned(b, c.Owner) - owned(a, c.Owner) })
	card.Scenarios, err = scenarios(root, id)
	return card, err
}

func ids() []string {
	var out []string
	for _, a := range shipped.All() {
		out = append(out, a.ID)
	}
	return out
}

// Root finds the repository around a folder: the one that holds go.work and
// services/terms.
func Root(dir string) string {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			if _, err := os.Stat(filepath.Join(dir, "services", "terms")); err == nil {
				return dir
			}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// cores lists folders under services/*/internal that execute a policy: those
// named like it or, where there is none, those with code that reads it.
func cores(root string, policies []Policy) ([]string, error) {
	var named, reading []string
	for _, service := range []string{"billing", "sla", "compliance", "token"} {
		base := filepath.Join(root, "services", service, "internal")
		entries, err := os.ReadDir(base)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !e.IsDir() || shell[e.Name()] {
				continue
			}
			core := path.Join("services", service, "internal", e.Name())
			if slices.ContainsFunc(policies, func(p Policy) bool { return p.Name == e.Name() }) {
				named = append(named, core)
				continue
			}
			reads, err := reads(filepath.Join(base, e.Name()), policies)
			if err != nil {
				return nil, err
			}
			if reads {
				reading = append(reading, core)
			}
		}
	}
	if len(named) > 0 {
		return named, nil
	}
	return reading, nil
}

func owned(core, owner string) int {
	if strings.HasPrefix(core, "services/"+owner+"/") {
		return 1
	}
	return 0
}

// shell are the folders that are no cores.
var shell = map[string]bool{"app": true, "transport": true, "store": true, "peers": true}

// reads tells whether the code of a folder reads one of the policies.
func reads(dir string, policies []Policy) (bool, error) {
	var names []string
	for _, p := range policies {
		names = append(names, `\.`+camel(p.Name)+`\b`)
	}
	if len(names) == 0 {
		return false, nil
	}
	return contains(dir, ".go", regexp.MustCompile(strings.Join(names, "|")))
}

func camel(snake string) string {
	var b strings.Builder
	for _, part := range strings.Split(snake, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

func contains(dir, ext string, re *regexp.Regexp) (bool, error) {
	hit := false
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || hit || e.IsDir() || filepath.Ext(p) != ext || strings.HasSuffix(p, "_test.go") {
			return err
		}
		data, err := os.ReadFile(p)
		hit = hit || re.Match(data)
		return err
	})
	return hit, err
}

// scenarios lists the files that cite the clause.
func scenarios(root, id string) ([]string, error) {
	var out []string
	for _, pattern := range []string{"services/*/testdata/scenarios/*.yaml", "services/suite/demo/*.yaml"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				return nil, err
			}
			if !strings.Contains(string(data), id) { // spares the parsing
				continue
			}
			s, err := scenario.Read(f)
			if err != nil {
				return nil, err
			}
			if slices.Contains(s.Cites, id) {
				rel, err := filepath.Rel(root, f)
				if err != nil {
					return nil, err
				}
				out = append(out, filepath.ToSlash(rel))
			}
		}
	}
	return out, nil
}

// Write prints a card.
func (c *Card) Write(w io.Writer) error {
	var b strings.Builder
	kind := "recorded only"
	if c.Clause.Executable {
		kind = "executable"
	}
	owner := c.Clause.Owner
	if c.Clause.Half != "" {
		owner += " (" + c.Clause.Half + ")"
	}
	fmt.Fprintf(&b, "%s  %s  %s\n", c.Clause.ID, c.Clause.Title, c.Clause.TitleZh)
	fmt.Fprintf(&b, "  owner      %s, %s\n", owner, kind)
	fmt.Fprintf(&b, "  says       %s\n", c.Clause.Summary)
	fmt.Fprintf(&b, "  written    %s\n", c.Written)
	for _, p := range c.Policies {
		fmt.Fprintf(&b, "  policy     %s  %s\n", p.Name, p.At)
	}
	for _, p := range c.Cores {
		fmt.Fprintf(&b, "  core       %s\n", p)
	}
	for _, r := range c.Readings {
		fmt.Fprintf(&b, "  reading    %s = %s; %s\n", r.Name, r.Default, r.Reason)
	}
	for _, s := range c.Scenarios {
		fmt.Fprintf(&b, "  scenario   %s\n", s)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
