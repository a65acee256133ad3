package wire

import (
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/figures/explain"
)

// ToExplanation is a derivation on the wire, step by step; nil for an empty one.
func ToExplanation(e explain.Explanation) *typev1.Explanation {
	if len(e.Steps) == 0 {
		return nil
	}
	out := &typev1.Explanation{Result: e.Result}
	for _, s := range e.Steps {
		out.Steps = append(out.Steps, toStep(s))
	}
	return out
}

func toStep(s explain.Step) *typev1.Step {
	out := &typev1.Step{Id: s.ID, Operation: string(s.Op), Value: s.Result, Unit: s.Unit, Note: s.Note, Citations: ToCitations(s.Citations)}
	for _, o := range s.Operands {
		out.Operands = append(out.Operands, toOperand(o))
	}
	if s.Rounding != nil {
		out.Rounding = &typev1.RoundingRule{Mode: string(s.Rounding.Mode), Places: int32(s.Rounding.Places)}
	}
	return out
}

func toOperand(o explain.Operand) *typev1.Operand {
	switch {
	case o.Step != "":
		return &typev1.Operand{Kind: &typev1.Operand_Step{Step: o.Step}}
	case o.Fact != nil:
		return &typev1.Operand{Kind: &typev1.Operand_Fact{Fact: &typev1.Fact{Name: o.Fact.Name, Value: o.Fact.Value}}}
	}
	return &typev1.Operand{Kind: &typev1.Operand_Literal{Literal: o.Literal}}
}

// ToCitations are citations on the wire, in their order.
func ToCitations(cs []explain.Citation) []*typev1.Citation {
	var out []*typev1.Citation
	for _, c := range cs {
		pb := &typev1.Citation{Terms: c.Terms, Revision: c.Revision, Clause: c.Clause}
		for _, r := range c.Readings {
			pb.Readings = append(pb.Readings, &typev1.ReadingUse{Reading: r.Name, Option: r.Option})
		}
		out = append(out, pb)
	}
	return out
}
