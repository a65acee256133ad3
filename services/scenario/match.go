package scenario

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// compare says where an answer lacks what was wanted; empty where it has all.
func compare(answer proto.Message, want any) []string {
	return compareMessage(answer.ProtoReflect(), want, "")
}

func compareMessage(m protoreflect.Message, want any, path string) []string {
	d := m.Descriptor()
	if fields, ok := want.(map[string]any); ok {
		var out []string
		for _, key := range sorted(fields) {
			fd := field(d, key)
			if fd == nil {
				out = append(out, fmt.Sprintf("%s: %s has no such field", join(path, key), d.Name()))
				continue
			}
			out = append(out, compareField(m, fd, fields[key], join(path, key))...)
		}
		return out
	}
	text, ok := word(want)
	if !ok {
		return []string{fmt.Sprintf("%s: cannot compare %v", path, want)}
	}
	got, err := scalar(m)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", path, err)}
	}
	if got != text && !sameInstant(d.FullName(), got, text) {
		return []string{fmt.Sprintf("%s: want %s, got %s", path, text, show(got))}
	}
	return nil
}

func compareField(m protoreflect.Message, fd protoreflect.FieldDescriptor, want any, path string) []string {
	if wantsAbsent(want) {
		if m.Has(fd) {
			return []string{fmt.Sprintf("%s: want it absent, got %s", path, render(m.Get(fd), fd))}
		}
		return nil
	}
	switch {
	case fd.IsList():
		return compareList(m.Get(fd).List(), fd, want, path)
	case fd.IsMap():
		return compareMap(m.Get(fd).Map(), fd, want, path)
	case fd.Kind() == protoreflect.MessageKind && !m.Has(fd):
		return []string{path + ": want it, got nothing"}
	}
	return compareOne(m.Get(fd), fd, want, path)
}

func compareOne(v protoreflect.Value, fd protoreflect.FieldDescriptor, want any, path string) []string {
	if fd.Kind() == protoreflect.MessageKind {
		return compareMessage(v.Message(), want, path)
	}
	got := render(v, fd)
	text, ok := word(want)
	if b, isBool := want.(bool); isBool {
		text, ok = fmt.Sprint(b), true
	}
	if !ok || got != text {
		return []string{fmt.Sprintf("%s: want %v, got %s", path, want, show(got))}
	}
	return nil
}

func compareList(list protoreflect.List, fd protoreflect.FieldDescriptor, want any, path string) []string {
	if rule, ok := want.(map[string]any); ok {
		return compareRule(list, fd, rule, path)
	}
	elems, ok := want.([]any)
	if !ok {
		return []string{fmt.Sprintf("%s: want has to be a list, {contains} or {count}", path)}
	}
	if len(elems) != list.Len() {
		return []string{fmt.Sprintf("%s: want %d elements, got %d: %s", path, len(elems), list.Len(), renderList(list, fd))}
	}
	var out []string
	for i, e := range elems {
		out = append(out, compareOne(list.Get(i), fd, e, fmt.Sprintf("%s.%d", path, i))...)
	}
	return out
}

// compareRule checks {contains: [...]} and {count: n}.
func compareRule(list protoreflect.List, fd protoreflect.FieldDescriptor, rule map[string]any, path string) []string {
	var out []string
	for _, key := range sorted(rule) {
		switch key {
		case "count":
			if fmt.Sprint(rule[key]) != fmt.Sprint(list.Len()) {
				out = append(out, fmt.Sprintf("%s: want %v elements, got %d", path, rule[key], list.Len()))
			}
		case "contains":
			elems, _ := rule[key].([]any)
			if len(elems) == 0 {
				out = append(out, path+": contains has to be a list with elements")
			}
			for _, e := range elems {
				if !slices.ContainsFunc(indexes(list), func(i int) bool { return len(compareOne(list.Get(i), fd, e, "")) == 0 }) {
					out = append(out, fmt.Sprintf("%s: no element matches %v in %s", path, e, renderList(list, fd)))
				}
			}
		default:
			out = append(out, fmt.Sprintf("%s: a list has no rule %q", path, key))
		}
	}
	return out
}

func compareMap(m protoreflect.Map, fd protoreflect.FieldDescriptor, want any, path string) []string {
	fields, ok := want.(map[string]any)
	if !ok {
		return []string{path + ": want has to be a map"}
	}
	var out []string
	for _, key := range sorted(fields) {
		v := m.Get(protoreflect.ValueOfString(key).MapKey())
		if !v.IsValid() {
			out = append(out, fmt.Sprintf("%s: no key", join(path, key)))
			continue
		}
		out = append(out, compareOne(v, fd.MapValue(), fields[key], join(path, key))...)
	}
	return out
}

func wantsAbsent(want any) bool {
	m, ok := want.(map[string]any)
	return ok && len(m) == 1 && m["absent"] == true
}

func sameInstant(name protoreflect.FullName, got, want string) bool {
	if name != timestampName {
		return false
	}
	a, errA := instant(got)
	b, errB := instant(want)
	return errA == nil && errB == nil && a.Equal(b)
}

func render(v protoreflect.Value, fd protoreflect.FieldDescriptor) string {
	switch fd.Kind() {
	case protoreflect.EnumKind:
		if e := fd.Enum().Values().ByNumber(v.Enum()); e != nil {
			return string(e.Name())
		}
	case protoreflect.MessageKind:
		if fd.IsList() || fd.IsMap() {
			return "values"
		}
		return compact(v.Message().Interface())
	}
	return fmt.Sprint(v.Interface())
}

func renderList(list protoreflect.List, fd protoreflect.FieldDescriptor) string {
	parts := make([]string, 0, list.Len())
	for _, i := range indexes(list) {
		if fd.Kind() == protoreflect.MessageKind {
			parts = append(parts, compact(list.Get(i).Message().Interface()))
		} else {
			parts = append(parts, render(list.Get(i), fd))
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func compact(m proto.Message) string {
	raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return err.Error()
	}
	var v any
	if json.Unmarshal(raw, &v) == nil {
		if b, err := json.Marshal(v); err == nil {
			raw = b
		}
	}
	if len(raw) > 600 {
		return string(raw[:600]) + "..."
	}
	return string(raw)
}

func indexes(list protoreflect.List) []int {
	out := make([]int, list.Len())
	for i := range out {
		out[i] = i
	}
	return out
}

func sorted(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func show(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
