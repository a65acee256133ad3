package scenario

import (
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// seen collects what the answers of a run showed.
type seen struct {
	clauses, methods, reasons map[string]bool
}

func newSeen() seen {
	return seen{clauses: map[string]bool{}, methods: map[string]bool{}, reasons: map[string]bool{}}
}

// cite collects the clauses below a message: fields named clause or clauses.
// The body of a revision lists every clause and cites none.
func (s seen) cite(m protoreflect.Message) {
	if m.Descriptor().FullName() == "cloudpact.terms.v1.Terms" {
		return
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Kind() == protoreflect.StringKind && (fd.Name() == "clause" || fd.Name() == "clauses"):
			s.citeText(fd, v)
		case fd.Kind() != protoreflect.MessageKind || fd.IsMap():
		case fd.IsList():
			for _, i := range indexes(v.List()) {
				s.cite(v.List().Get(i).Message())
			}
		default:
			s.cite(v.Message())
		}
		return true
	})
}

func (s seen) citeText(fd protoreflect.FieldDescriptor, v protoreflect.Value) {
	if !fd.IsList() {
		s.clauses[v.String()] = true
		return
	}
	for _, i := range indexes(v.List()) {
		s.clauses[v.List().Get(i).String()] = true
	}
}

func (s seen) missing(cites []string) []string {
	return slices.DeleteFunc(slices.Clone(cites), func(c string) bool { return s.clauses[c] })
}

// refused is what a status says, in the words of a scenario.
type refused struct {
	code, reason string
	fields       []string
}

func refusal(err error) refused {
	st := status.Convert(err)
	out := refused{code: codeName(st.Code())}
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

// codeName is the code as google.rpc.Code writes it: INVALID_ARGUMENT.
func codeName(c codes.Code) string {
	var b strings.Builder
	for i, r := range c.String() {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	name := strings.ToUpper(b.String())
	if name == "O_K" {
		return "OK"
	}
	return name
}
