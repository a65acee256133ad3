package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/suite/internal/rig"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// publicMethods lists every unary method of the public API.
func publicMethods(t *testing.T) []protoreflect.MethodDescriptor {
	t.Helper()
	var out []protoreflect.MethodDescriptor
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "cloudpact.") || f.Package() == "cloudpact.internalapi.v1" {
			return true
		}
		for i := range f.Services().Len() {
			ms := f.Services().Get(i).Methods()
			for j := range ms.Len() {
				if m := ms.Get(j); !m.IsStreamingServer() && strings.HasPrefix(string(m.FullName()), "cloudpact.") && hasRoute(m) {
					out = append(out, m)
				}
			}
		}
		return true
	})
	if len(out) < 100 {
		t.Fatalf("only %d public methods", len(out))
	}
	return out
}

func hasRoute(m protoreflect.MethodDescriptor) bool {
	rule, ok := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	return ok && rule != nil
}

func access(m protoreflect.MethodDescriptor) *typev1.Access {
	return proto.GetExtension(m.Options(), typev1.E_Access).(*typev1.Access)
}

func roleNames(a *typev1.Access) []string {
	var out []string
	for _, r := range a.GetRoles() {
		out = append(out, strings.ToLower(strings.TrimPrefix(r.String(), "ROLE_")))
	}
	return out
}

// fill sets every required field below a message to something of its form.
func fill(m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if !required(f) {
			continue
		}
		if f.IsList() {
			e := m.Mutable(f).List().NewElement()
			if f.Kind() == protoreflect.MessageKind {
				fillAll(e.Message())
			} else {
				e = scalarOf(f)
			}
			m.Mutable(f).List().Append(e)
			continue
		}
		if f.Kind() == protoreflect.MessageKind {
			fillAll(m.Mutable(f).Message())
			continue
		}
		m.Set(f, scalarOf(f))
	}
}

func fillAll(m protoreflect.Message) {
	set := func(name protoreflect.Name, v protoreflect.Value) { m.Set(m.Descriptor().Fields().ByName(name), v) }
	switch m.Descriptor().FullName() {
	case "google.type.Date":
		set("year", protoreflect.ValueOfInt32(2024))
		set("month", protoreflect.ValueOfInt32(1))
		set("day", protoreflect.ValueOfInt32(2))
	case "google.type.Money":
		set("currency_code", protoreflect.ValueOfString("HKD"))
		set("units", protoreflect.ValueOfInt64(1))
	case "google.type.Decimal":
		set("value", protoreflect.ValueOfString("1"))
	case "google.protobuf.Timestamp":
		set("seconds", protoreflect.ValueOfInt64(1704160800))
	default:
		fill(m)
	}
}

func scalarOf(f protoreflect.FieldDescriptor) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("x1")
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(1)
	}
	return protoreflect.ValueOfInt64(1)
}

func required(f protoreflect.FieldDescriptor) bool {
	behaviors, _ := proto.GetExtension(f.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return slices.Contains(behaviors, annotations.FieldBehavior_REQUIRED)
}

// request makes a request whose resource bears the name.
func request(t *testing.T, m protoreflect.MethodDescriptor, name string) proto.Message {
	t.Helper()
	mt, err := protoregistry.GlobalTypes.FindMessageByName(m.Input().FullName())
	if err != nil {
		t.Fatal(err)
	}
	req := mt.New()
	fill(req)
	if path := access(m).GetResource(); path != "" {
		cur, parts := req, strings.Split(path, ".")
		for _, p := range parts[:len(parts)-1] {
			cur = cur.Mutable(cur.Descriptor().Fields().ByName(protoreflect.Name(p))).Message()
		}
		cur.Set(cur.Descriptor().Fields().ByName(protoreflect.Name(parts[len(parts)-1])), protoreflect.ValueOfString(name))
	}
	return req.Interface()
}

// wellFormed is a name of the form that the method's path asks for.
func wellFormed(m protoreflect.MethodDescriptor) string {
	rule := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	for _, p := range []string{rule.GetGet(), rule.GetPost(), rule.GetPatch()} {
		_, inner, ok := strings.Cut(p, "=")
		if inner, _, found := strings.Cut(inner, "}"); ok && found {
			return strings.ReplaceAll(inner, "*", "x1")
		}
	}
	return ""
}

type said struct {
	code   codes.Code
	reason string
	fields []string
}

func call(t *testing.T, r *rig.Rig, m protoreflect.MethodDescriptor, req proto.Message, token string) said {
	t.Helper()
	_, err := r.Caller.Call(t.Context(), scenario.Call{Method: m, Request: req, Token: token})
	st := status.Convert(err)
	out := said{code: st.Code()}
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			out.reason = d.GetReason()
		case *errdetails.BadRequest:
			for _, f := range d.GetFieldViolations() {
				out.fields = append(out.fields, f.GetField())
			}
		}
	}
	return out
}

// TestEveryMethodKnowsItsCallers asks every public method as nobody, as each role
// that it does not list, and as somebody of another provider.
func TestEveryMethodKnowsItsCallers(t *testing.T) {
	t.Parallel()
	r := rig.Start(t, rig.Default)
	foreign := foreigners(t, r)
	for _, m := range publicMethods(t) {
		t.Run(string(m.Parent().Name())+"/"+string(m.Name()), func(t *testing.T) {
			roles, req := roleNames(access(m)), request(t, m, wellFormed(m))
			if got := call(t, r, m, req, ""); got.code != codes.Unauthenticated || got.reason != "UNAUTHENTICATED" {
				t.Errorf("nobody is answered %v", got)
			}
			for _, role := range []string{"admin", "operator", "approver", "auditor", "customer", "service"} {
				token := foreign[role]
				got := call(t, r, m, req, token)
				switch {
				case !slices.Contains(roles, role):
					if got.code != codes.PermissionDenied || got.reason != "ROLE_REQUIRED" {
						t.Errorf("%s is answered %v", role, got)
					}
				case access(m).GetResource() != "":
					if got.code != codes.NotFound {
						t.Errorf("%s of another provider is answered %v", role, got)
					}
				}
			}
		})
	}
}

// foreigners adds a token of each role that belongs to another provider.
func foreigners(t *testing.T, r *rig.Rig) map[string]string {
	t.Helper()
	out, text := map[string]string{}, ""
	for _, role := range []string{"admin", "operator", "approver", "auditor", "customer", "service"} {
		out[role] = "foreign-" + role + "-0123456789abcdef0123456789abcdef"
		text += fmt.Sprintf("    - token: %s\n      subject: foreign-%s\n      roles: [%s]\n      provider: other\n", out[role], role, role)
		if role == "customer" {
			text += "      customer: c1\n"
		}
	}
	f, err := os.OpenFile(r.TokenFile, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEveryMethodRefusesBadNames gives every public method a malformed name and
// a missing one: each is refused with the path of the field.
func TestEveryMethodRefusesBadNames(t *testing.T) {
	t.Parallel()
	r := rig.Start(t, rig.Default)
	for _, m := range publicMethods(t) {
		path := access(m).GetResource()
		if path == "" {
			continue
		}
		t.Run(string(m.Parent().Name())+"/"+string(m.Name()), func(t *testing.T) {
			token, err := r.Token(roleNames(access(m))[0])
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"", "nonsense", "providers/UPPER", "providers/p/customers/c:d/contracts/k", wellFormed(m) + "/more/x1/than/x1"} {
				got := call(t, r, m, request(t, m, name), token)
				if got.code != codes.InvalidArgument || got.reason == "" || !slices.Contains(got.fields, path) {
					t.Errorf("%q is answered %v", name, got)
				}
			}
		})
	}
}
