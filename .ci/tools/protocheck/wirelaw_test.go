package protocheck

import (
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
)

// methods calls do with every method of the suite.
func methods(do func(protoreflect.MethodDescriptor)) {
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "cloudpact.") {
			return true
		}
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for j := range s.Methods().Len() {
				do(s.Methods().Get(j))
			}
		}
		return true
	})
}

func TestEveryMethodSaysWhoMayCallIt(t *testing.T) {
	methods(func(m protoreflect.MethodDescriptor) {
		access, _ := proto.GetExtension(m.Options(), typev1.E_Access).(*typev1.Access)
		if len(access.GetRoles()) == 0 {
			t.Errorf("%s: option (cloudpact.type.v1.access) names no role", m.FullName())
		}
		for _, role := range access.GetRoles() {
			if role == typev1.Role_ROLE_UNSPECIFIED {
				t.Errorf("%s: ROLE_UNSPECIFIED is no role", m.FullName())
			}
		}
		if path := access.GetResource(); path != "" && !isString(m.Input(), path) {
			t.Errorf("%s: access.resource %q is no string field of %s", m.FullName(), path, m.Input().FullName())
		}
	})
}

// isString tells whether a path such as "invoice.name" leads to a string field.
func isString(in protoreflect.MessageDescriptor, path string) bool {
	names := strings.Split(path, ".")
	for i, name := range names {
		if in == nil {
			return false
		}
		f := in.Fields().ByName(protoreflect.Name(name))
		if f == nil {
			return false
		}
		if i == len(names)-1 {
			return f.Kind() == protoreflect.StringKind && !f.IsList()
		}
		in = f.Message()
	}
	return false
}

func TestEveryPublicMethodIsServedAsJSON(t *testing.T) {
	methods(func(m protoreflect.MethodDescriptor) {
		public := m.ParentFile().Package() != "cloudpact.internal.v1"
		if public != proto.HasExtension(m.Options(), annotations.E_Http) {
			t.Errorf("%s: public methods have google.api.http, those of peers have not", m.FullName())
		}
	})
}

// reads are verbs that may have a body and change nothing.
var reads = []string{"Get", "List", "BatchGet", "Quote", "Preview", "Explain", "Forecast", "Watch"}

func TestEveryMutationCarriesARequestID(t *testing.T) {
	methods(func(m protoreflect.MethodDescriptor) {
		if m.ParentFile().Package() == "cloudpact.internal.v1" {
			return
		}
		rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
		has := isString(m.Input(), "request_id")
		if rule.GetGet() != "" {
			if has {
				t.Errorf("%s: a GET changes nothing and has no request_id", m.FullName())
			}
			return
		}
		for _, verb := range reads {
			has = has || strings.HasPrefix(string(m.Name()), verb)
		}
		// A batch has one for each of its items.
		if items := m.Input().Fields().ByName("requests"); items != nil && items.IsList() {
			has = has || isString(items.Message(), "request_id")
		}
		if !has {
			t.Errorf("%s: a mutation has a request_id", m.FullName())
		}
	})
}

func TestPagesAreWhole(t *testing.T) {
	methods(func(m protoreflect.MethodDescriptor) {
		if m.IsStreamingServer() {
			return
		}
		size := m.Input().Fields().ByName("page_size") != nil
		if token, next := isString(m.Input(), "page_token"), isString(m.Output(), "next_page_token"); size != token || size != next {
			t.Errorf("%s: page_size %t, page_token %t, next_page_token %t", m.FullName(), size, token, next)
		}
	})
}
