package terms

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
)

// Walk calls fn for every field of a revision that is set, the outer before the
// inner ones, with its path as YAML and messages name it:
// "tokens.rules[2].operations[0].consumes". The values must not be changed.
func Walk(t *Terms, fn func(path string, f reflect.StructField, v reflect.Value)) {
	walk("", reflect.ValueOf(t).Elem(), fn)
}

func walk(prefix string, v reflect.Value, fn func(string, reflect.StructField, reflect.Value)) {
	for i := range v.NumField() {
		f, fv := v.Type().Field(i), v.Field(i)
		if fv.IsZero() {
			continue
		}
		if fv.Kind() == reflect.Pointer {
			fv = fv.Elem()
		}
		path := prefix + Key(f)
		fn(path, f, fv)
		switch {
		case fv.Kind() == reflect.Struct:
			walk(path+".", fv, fn)
		case fv.Kind() == reflect.Slice && fv.Type().Elem().Kind() == reflect.Struct:
			for j := range fv.Len() {
				walk(fmt.Sprintf("%s[%d].", path, j), fv.Index(j), fn)
			}
		}
	}
}

// Key is the name of a field in YAML, JSON and the message.
func Key(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// Reference is a place in a policy that names a clause.
type Reference struct {
	// Clause that is named.
	Clause string
	// Policy is the key at the top, for example "interest"; the folder of its core
	// bears the same name.
	Policy string
	// Path of the field.
	Path string
}

// References lists the places where policies carry clauses out, by clause and then
// in the order of the fields.
func References(t *Terms) []Reference {
	var refs []Reference
	Walk(t, func(path string, f reflect.StructField, v reflect.Value) {
		if !refersToClauses(Key(f)) || topLevel(path) || f.Tag.Get("refers") == "mention" {
			return
		}
		policy, _, _ := strings.Cut(path, ".")
		policy, _, _ = strings.Cut(policy, "[")
		each(path, v, func(at, id string) {
			refs = append(refs, Reference{Clause: id, Policy: policy, Path: at})
		})
	})
	sort.SliceStable(refs, func(i, j int) bool { return refs[i].Clause < refs[j].Clause })
	return refs
}
