package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// leaf is one key with its value.
type leaf struct {
	key    string
	doc    string
	secret string // true: never shown; url: shown without its password
	value  reflect.Value
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// leaves lists the keys of a struct in its order. It refuses what cannot be
// configured, which is a mistake in the struct.
func leaves(v reflect.Value) ([]leaf, error) {
	out, err := appendLeaves(nil, v, "")
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	for _, l := range out {
		if other, twice := seen[Env(l.key)]; twice {
			return nil, fmt.Errorf("config: %s and %s have the same environment variable", other, l.key)
		}
		seen[Env(l.key)] = l.key
	}
	return out, nil
}

func appendLeaves(out []leaf, v reflect.Value, path string) ([]leaf, error) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("koanf")
		if name == "" || name == "-" {
			continue
		}
		key := join(path, name)
		if f.Type.Kind() == reflect.Struct && !reflect.PointerTo(f.Type).Implements(textType) {
			var err error
			if out, err = appendLeaves(out, v.Field(i), key); err != nil {
				return nil, err
			}
			continue
		}
		l := leaf{key: key, doc: f.Tag.Get("doc"), secret: f.Tag.Get("secret"), value: v.Field(i)}
		if l.kind() == "" {
			return nil, fmt.Errorf("config: %s is of the type %s, which cannot be configured", key, f.Type)
		}
		out = append(out, l)
	}
	return out, nil
}

// kind names the leaf's type for people; "" is one that cannot be configured.
func (l leaf) kind() string {
	t := l.value.Type()
	switch {
	case t == durationType:
		return "duration"
	case reflect.PointerTo(t).Implements(textType):
		return "text"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Int32:
		return "number"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return "list"
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String && t.Elem().Kind() == reflect.String {
			return "map"
		}
	}
	return ""
}

// parse reads an environment variable: lists are a,b and maps are k=v,k=v.
func (l leaf) parse(text string) (any, error) {
	switch l.kind() {
	case "duration":
		return time.ParseDuration(text)
	case "true or false":
		return strconv.ParseBool(text)
	case "number":
		return strconv.ParseInt(text, 10, 64)
	case "list":
		return split(text), nil
	case "map":
		out := map[string]any{}
		for _, pair := range split(text) {
			k, v, ok := strings.Cut(pair, "=")
			if !ok {
				return nil, fmt.Errorf("%q is not key=value", pair)
			}
			out[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
		return out, nil
	}
	return text, nil
}

func split(text string) []string {
	out := []string{}
	for s := range strings.SplitSeq(text, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// text is the leaf's value as it would be written.
func (l leaf) text() string {
	v := l.value.Interface()
	switch l.kind() {
	case "duration":
		return v.(time.Duration).String()
	case "list":
		return strings.Join(l.value.Convert(reflect.TypeFor[[]string]()).Interface().([]string), ",")
	case "map":
		var pairs []string
		for _, k := range l.value.MapKeys() {
			pairs = append(pairs, k.String()+"="+l.value.MapIndex(k).String())
		}
		return strings.Join(sorted(pairs), ",")
	}
	if m, ok := v.(encoding.TextMarshaler); ok {
		if b, err := m.MarshalText(); err == nil {
			return string(b)
		}
	}
	return fmt.Sprint(v)
}
