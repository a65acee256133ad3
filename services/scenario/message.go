package scenario

import (
	"encoding/json"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// method is what a step calls, found in the descriptors that are linked in.
type method struct {
	desc protoreflect.MethodDescriptor
	full string // "/package.Service/Method"
}

func findMethod(call string) (method, error) {
	var svc, name string
	for i := range call {
		if call[i] == '/' {
			svc, name = call[:i], call[i+1:]
		}
	}
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(svc))
	if err != nil {
		return method{}, fmt.Errorf("no service %q is linked in", svc)
	}
	sd, ok := d.(protoreflect.ServiceDescriptor)
	if !ok {
		return method{}, fmt.Errorf("%q is no service", svc)
	}
	md := sd.Methods().ByName(protoreflect.Name(name))
	if md == nil {
		return method{}, fmt.Errorf("%s has no method %q", svc, name)
	}
	if md.IsStreamingClient() || md.IsStreamingServer() {
		return method{}, fmt.Errorf("%s streams; scenarios call unary methods", call)
	}
	return method{desc: md, full: "/" + call}, nil
}

func newMessage(d protoreflect.MessageDescriptor) (proto.Message, error) {
	t, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		return nil, err
	}
	return t.New().Interface(), nil
}

// build makes the request of a step; unknown fields are refused.
func (m method) build(with map[string]any) (proto.Message, error) {
	req, err := newMessage(m.desc.Input())
	if err != nil {
		return nil, err
	}
	long, err := spell(m.desc.Input(), with)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(long)
	if err != nil {
		return nil, err
	}
	if err := protojson.Unmarshal(raw, req); err != nil {
		return nil, fmt.Errorf("%s: %w", m.desc.Input().Name(), err)
	}
	return req, nil
}

// spell writes every shorthand below v out in protojson's form.
func spell(d protoreflect.MessageDescriptor, v any) (any, error) {
	long, err := longhand(d.FullName(), v)
	if err != nil {
		return nil, err
	}
	in, ok := long.(map[string]any)
	if !ok {
		if t, ok := long.(time.Time); ok {
			return t.UTC().Format(time.RFC3339Nano), nil
		}
		return long, nil
	}
	out := make(map[string]any, len(in))
	for k, x := range in {
		fd := field(d, k)
		if fd == nil {
			out[k] = x // protojson names what is wrong
			continue
		}
		if out[k], err = spellField(fd, x); err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
	}
	return out, nil
}

func field(d protoreflect.MessageDescriptor, key string) protoreflect.FieldDescriptor {
	if f := d.Fields().ByName(protoreflect.Name(key)); f != nil {
		return f
	}
	return d.Fields().ByJSONName(key)
}

func spellField(fd protoreflect.FieldDescriptor, x any) (any, error) {
	if list, ok := x.([]any); ok && fd.IsList() {
		out := make([]any, len(list))
		for i, e := range list {
			y, err := spellOne(fd, e)
			if err != nil {
				return nil, err
			}
			out[i] = y
		}
		return out, nil
	}
	return spellOne(fd, x)
}

func spellOne(fd protoreflect.FieldDescriptor, x any) (any, error) {
	if fd.Kind() == protoreflect.MessageKind && !fd.IsMap() {
		return spell(fd.Message(), x)
	}
	if t, ok := x.(time.Time); ok {
		return t.Format(time.DateOnly), nil
	}
	if fd.Kind() == protoreflect.StringKind {
		if text, ok := word(x); ok {
			return text, nil
		}
	}
	return x, nil
}
