package config

import (
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"
)

// Entry is one key of the reference.
type Entry struct {
	Key, Env string
	// Type says what to write: text, number, true or false, duration ("30s"),
	// list ("a,b" in the environment) or map ("k=v,k=v" there).
	Type string
	// Value is the default, or the value in force when a loaded configuration is
	// described. Secrets show as "(secret)", and URLs without their password.
	Value string
	Doc   string
}

// Describe lists the keys of a configuration with their values.
func Describe(cfg any) ([]Entry, error) {
	v := reflect.ValueOf(cfg)
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("config: %T is no struct", cfg)
	}
	list, err := leaves(v)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(list))
	for i, l := range list {
		out[i] = Entry{Key: l.key, Env: Env(l.key), Type: l.kind(), Value: l.text(), Doc: l.doc}
		out[i].Value = hide(l.secret, out[i].Value)
	}
	return out, nil
}

// Text writes the entries for a terminal.
func Text(w io.Writer, entries []Entry) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, e := range entries {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", e.Key, e.Value, e.Env, e.Doc)
	}
	return t.Flush()
}

// Markdown writes the entries as a table.
func Markdown(w io.Writer, entries []Entry) error {
	var b strings.Builder
	b.WriteString("| key | environment | type | default | meaning |\n|---|---|---|---|---|\n")
	for _, e := range entries {
		value := e.Value
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", e.Key, e.Env, e.Type, cell(value), cell(e.Doc))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// hide takes out what must not be shown.
func hide(how, value string) string {
	switch {
	case value == "" || how == "":
		return value
	case how == "url":
		u, err := url.Parse(value)
		if err == nil && u.User != nil {
			return u.Redacted()
		}
		if err == nil && !strings.Contains(strings.ToLower(value), "password") {
			return value
		}
	}
	return "(secret)"
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}
