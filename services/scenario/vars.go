package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

var variable = regexp.MustCompile(`\$\{([a-z][a-z0-9_]*)\}`)

// vars are the values that a run has saved.
type vars map[string]string

// expand replaces every ${name} below v.
func (v vars) expand(in any) (any, error) {
	switch in := in.(type) {
	case string:
		return v.text(in)
	case map[string]any:
		out := make(map[string]any, len(in))
		for k, x := range in {
			y, err := v.expand(x)
			if err != nil {
				return nil, err
			}
			out[k] = y
		}
		return out, nil
	case []any:
		out := make([]any, len(in))
		for i, x := range in {
			y, err := v.expand(x)
			if err != nil {
				return nil, err
			}
			out[i] = y
		}
		return out, nil
	}
	return in, nil
}

func (v vars) text(s string) (string, error) {
	var missing string
	out := variable.ReplaceAllStringFunc(s, func(m string) string {
		name := m[2 : len(m)-1]
		x, ok := v[name]
		if !ok {
			missing = name
		}
		return x
	})
	if missing != "" {
		return "", fmt.Errorf("variable %q was never saved", missing)
	}
	return out, nil
}

// at reads the value under a path such as "invoices.0.name" as text.
func at(m protoreflect.Message, path string) (string, error) {
	var cur protoreflect.Value = protoreflect.ValueOfMessage(m)
	var fd protoreflect.FieldDescriptor
	for _, part := range strings.Split(path, ".") {
		if fd != nil && fd.IsList() {
			i, err := strconv.Atoi(part)
			list := cur.List()
			if err == nil && i < 0 {
				i += list.Len()
			}
			if err != nil || i < 0 || i >= list.Len() {
				return "", fmt.Errorf("path %q: no element %q of %d", path, part, list.Len())
			}
			cur, fd = list.Get(i), nil
			continue
		}
		msg, ok := cur.Interface().(protoreflect.Message)
		if !ok {
			return "", fmt.Errorf("path %q: nothing below %q", path, part)
		}
		f := msg.Descriptor().Fields().ByName(protoreflect.Name(part))
		if f == nil {
			return "", fmt.Errorf("path %q: %s has no field %q", path, msg.Descriptor().Name(), part)
		}
		cur, fd = msg.Get(f), f
	}
	if msg, ok := cur.Interface().(protoreflect.Message); ok {
		return scalar(msg)
	}
	return fmt.Sprint(cur.Interface()), nil
}
