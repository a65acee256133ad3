package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// File is one scenario.
type File struct {
	// Path is where it was read from.
	Path string `yaml:"-"`
	// Title says what it shows.
	Title string `yaml:"title"`
	// Cites are clauses that the answers have to cite.
	Cites []string `yaml:"cites"`
	// Terms names the shipped terms that the provider registers; "cpc" where empty.
	Terms string `yaml:"terms"`
	// Start is where the provider's clock begins: a day or an instant.
	Start string `yaml:"start"`
	// Provider is the id of the sandbox provider; made from the run where empty.
	Provider string `yaml:"provider"`
	// InvoiceSeries is the prefix of the provider's invoice numbers; "HK" where empty.
	InvoiceSeries string `yaml:"invoice_series"`
	// Include names files whose steps run first, relative to this one.
	Include []string `yaml:"include"`
	// Steps run in order.
	Steps []Step `yaml:"steps"`
}

// Step is one line of a scenario.
type Step struct {
	// Note says in plain words what happens.
	Note string `yaml:"note"`
	// At moves the clock to a day (00:00 in the zone of the terms) or an instant.
	At string `yaml:"at"`
	// Advance moves the clock by days, for example "17d".
	Advance string `yaml:"advance"`
	// Call is the full method, package.Service/Method.
	Call string `yaml:"call"`
	// As is the role that calls; "operator" where empty, "none" for nobody.
	As string `yaml:"as"`
	// With is the request.
	With map[string]any `yaml:"with"`
	// Want is a subset of the answer.
	Want any `yaml:"want"`
	// Fault is "CODE REASON" of a refusal.
	Fault string `yaml:"fault"`
	// Fields are the field paths that the refusal has to name.
	Fields []string `yaml:"fields"`
	// Save keeps values of the answer, variable to path ("invoices.0.name").
	Save map[string]string `yaml:"save"`
	// Line is where the step begins.
	Line int `yaml:"-"`
	// File is where the step is written.
	File string `yaml:"-"`
}

// UnmarshalYAML keeps the line of the step.
func (s *Step) UnmarshalYAML(n *yaml.Node) error {
	type plain Step
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !stepKeys[n.Content[i].Value] {
			return fmt.Errorf("line %d: a step has no %q", n.Content[i].Line, n.Content[i].Value)
		}
	}
	if err := n.Decode((*plain)(s)); err != nil {
		return err
	}
	s.Line = n.Line
	return nil
}

var stepKeys = map[string]bool{
	"note": true, "at": true, "advance": true, "call": true, "as": true, "with": true,
	"want": true, "fault": true, "fields": true, "save": true,
}

// Read reads a scenario with everything that it includes. Unknown keys are
// refused.
func Read(name string) (*File, error) {
	f, err := ReadFS(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Dir(name), err)
	}
	f.Path = name
	return f, nil
}

// ReadFS reads a scenario and what it includes from a file system.
func ReadFS(fsys fs.FS, name string) (*File, error) { return read(fsys, name, map[string]bool{}) }

func read(fsys fs.FS, name string, seen map[string]bool) (*File, error) {
	if seen[name] {
		return nil, fmt.Errorf("%s includes itself", name)
	}
	seen[name] = true
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	f, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f.Path = name
	var steps []Step
	for _, other := range f.Include {
		inner, err := read(fsys, path.Join(path.Dir(name), other), seen)
		if err != nil {
			return nil, err
		}
		steps = append(steps, inner.Steps...)
	}
	for i := range f.Steps {
		f.Steps[i].File = name
	}
	f.Steps = append(steps, f.Steps...)
	return f, nil
}

// Parse parses one scenario without its includes.
func Parse(data []byte) (*File, error) {
	f := &File{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(f); err != nil {
		return nil, err
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("a scenario is one document")
	}
	if f.Title == "" {
		return nil, errors.New("title is missing: say what the scenario shows")
	}
	for i, s := range f.Steps {
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("line %d, step %d: %w", s.Line, i+1, err)
		}
	}
	return f, nil
}

func (s Step) check() error {
	switch {
	case s.Call == "" && s.At == "" && s.Advance == "":
		return errors.New("a step calls something or moves the clock")
	case s.At != "" && s.Advance != "":
		return errors.New("at and advance exclude each other")
	case s.Call == "" && (s.With != nil || s.Want != nil || s.Fault != "" || s.Save != nil):
		return errors.New("with, want, fault and save need a call")
	case s.Want != nil && s.Fault != "":
		return errors.New("want and fault exclude each other")
	case s.Fault != "" && len(strings.Fields(s.Fault)) != 2:
		return errors.New(`fault is a code and a reason, for example "NOT_FOUND NOT_FOUND"`)
	case s.Call != "" && strings.Count(s.Call, "/") != 1:
		return errors.New("call is package.Service/Method")
	}
	return nil
}
