package rpc

import (
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cloudpact.dev/services/kit/fault"
)

// requiredOf lists the request's own fields that are annotated REQUIRED and
// whose absence can be told: texts, messages and lists. Fields of the resources
// within are the services' to check, because an update may leave them out.
func requiredOf(d protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	var out []protoreflect.FieldDescriptor
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if !f.IsList() && !f.IsMap() && f.Message() == nil && f.Kind() != protoreflect.StringKind && f.Kind() != protoreflect.BytesKind {
			continue
		}
		behaviour, _ := proto.GetExtension(f.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
		if slices.Contains(behaviour, annotations.FieldBehavior_REQUIRED) {
			out = append(out, f)
		}
	}
	return out
}

// checkRequired refuses a request that leaves required fields out, and names
// all of them.
func (m *method) checkRequired(msg protoreflect.Message) error {
	var f *fault.Fault
	for _, fd := range m.required {
		if msg.Has(fd) {
			continue
		}
		name := string(fd.Name())
		if f == nil {
			f = fault.Invalid(fault.ReasonFieldInvalid, name, name+" is required")
		} else {
			f = f.And(name, name+" is required")
		}
	}
	if f == nil {
		return nil
	}
	return f
}
