//! Tags of `CloudFormation`: each stands for an object with the function that it is short for.

use saphyr_parser::Tag;

use super::{Built, Reader};
use crate::data::limits::MAX_DEPTH;
use crate::syntax::embedded::function_of_tag;
use crate::syntax::{Entry, Kind, Span};

/// A function of a template that is written as a tag.
#[derive(Clone, Copy)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// The tag.
    pub(super) span: Span,
}

impl Reader<'_, '_> {
    /// The function that a tag stands for, between what was read before and the value.
    pub(super) fn function(
        &self,
        tag: Option<&Tag>,
        last: usize,
        value: usize,
    ) -> Option<Function> {
        let tag = tag.filter(|tag| tag.handle == "!")?;
        let name = function_of_tag(&tag.suffix)?;
        let span = self.places.tag(last, value);
        // The object that it stands for nests one level deeper.
        (self.depth() < usize::from(MAX_DEPTH)).then_some(Function { name, span })
    }

    /// How many levels are open, those of functions among them.
    pub(super) fn depth(&self) -> usize {
        self.stack.len() + self.functions
    }

    /// A node, or the call of the function that it is the argument of.
    pub(super) fn argument(&mut self, built: Built, function: Option<Function>) -> Built {
        let Some(Function { name, span }) = function else {
            return built;
        };
        let entry = Entry {
            key: name.into(),
            key_span: span,
            value: built.id,
        };
        let whole = Span {
            start: span.start,
            end: built.span.end.max(span.end),
        };
        let kind = Kind::Object(vec![entry]);
        self.build(kind, whole, built.size + 1, built.height + 1)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::syntax::yaml::read;
    use crate::syntax::yaml::tests::{check, check_spans};

    #[test]
    fn tags_of_cloudformation_are_functions() {
        check_spans(
            "a: !GetAtt A.Arn\nb: &x !Sub # c\n  - |\n    t\n  - {n: !Ref N}\nc: !If [p, !Ref é, *x]\nd: !Other e\n!Ref f: &y ! g\nh: !Join\n- ','\n- !Split ['', ~]\ni: !ImportValue\n  Fn::Sub: j\n",
            &expect![[r#"
            : "a: !GetAtt A.Arn\nb: &x !Sub # c\n  - |\n    t\n  - {n: !Ref N}\nc: !If [p, !Ref é, *x]\nd: !Other e\n!Ref f: &y ! g\nh: !Join\n- ','\n- !Split ['', ~]\ni: !ImportValue\n  Fn::Sub: j"
            a /a: "!GetAtt A.Arn"
            !GetAtt /a/Fn::GetAtt: "A.Arn"
            b /b: "!Sub # c\n  - |\n    t\n  - {n: !Ref N}"
            !Sub /b/Fn::Sub: "- |\n    t\n  - {n: !Ref N}"
            /b/Fn::Sub/0: "|\n    t"
            /b/Fn::Sub/1: "{n: !Ref N}"
            n /b/Fn::Sub/1/n: "!Ref N"
            !Ref /b/Fn::Sub/1/n/Ref: "N"
            c /c: "!If [p, !Ref é, *x]"
            !If /c/Fn::If: "[p, !Ref é, *x]"
            /c/Fn::If/0: "p"
            /c/Fn::If/1: "!Ref é"
            !Ref /c/Fn::If/1/Ref: "é"
            /c/Fn::If/2: "*x"
            !Sub /b/Fn::Sub: "- |\n    t\n  - {n: !Ref N}"
            /b/Fn::Sub/0: "|\n    t"
            /b/Fn::Sub/1: "{n: !Ref N}"
            n /b/Fn::Sub/1/n: "!Ref N"
            !Ref /b/Fn::Sub/1/n/Ref: "N"
            d /d: "e"
            f /f: "g"
            h /h: "!Join\n- ','\n- !Split ['', ~]"
            !Join /h/Fn::Join: "- ','\n- !Split ['', ~]"
            /h/Fn::Join/0: "','"
            /h/Fn::Join/1: "!Split ['', ~]"
            !Split /h/Fn::Join/1/Fn::Split: "['', ~]"
            /h/Fn::Join/1/Fn::Split/0: "''"
            /h/Fn::Join/1/Fn::Split/1: "~"
            i /i: "!ImportValue\n  Fn::Sub: j"
            !ImportValue /i/Fn::ImportValue: "Fn::Sub: j"
            Fn::Sub /i/Fn::ImportValue/Fn::Sub: "j"
        "#]],
        );
        check(
            "a: !If\nb: !Select\n  - 0\n  - !Sub\nc: [!Ref ]\n",
            &expect![[r#"
            {"a":{"Fn::If":null},"b":{"Fn::Select":[0,{"Fn::Sub":null}]},"c":[{"Ref":null}]}
        "#]],
        );
    }

    #[test]
    fn functions_nest_no_deeper_than_anything() {
        let text = "!If [".repeat(250);
        let mut findings = Vec::new();
        assert!(read(&text, &mut findings).root().to_json().depth() <= 500);
        for text in [
            "- !If ".repeat(200_000),
            "!If\n- ".repeat(3),
            format!("{}!Ref x", "- ".repeat(500)),
        ] {
            let mut findings = Vec::new();
            let tree = read(&text, &mut findings);
            assert!(
                tree.root().to_json().depth() <= 500,
                "{}",
                tree.root().to_json().depth()
            );
        }
    }
}
