//! Permissions that IAM simulates: the doctor lists them, and the menu says which are denied for certain.

use crate::altered::{Altered, Answer, simulated};
use crate::harness::Harness;
use crate::sagetop::{Home, Run};

const ACTION: &str = "sagemaker:UpdateEndpointWeightsAndCapacities";

fn doctor(account: &Altered) -> Run {
    Home::new().run_at(&account.url, "eu-west-1", &["doctor"]).ends(0)
}

/// A story that denies an operation.
fn denying(operation: &str) -> String {
    format!(
        "inherits = \"demo\"\n[[fault]]\noperation = \"{operation}\"\ncode = \"AccessDenied\"\nmessage = \"no\"\nstatus = 403\n"
    )
}

#[test]
fn the_doctor_lists_the_changes_that_lack_an_action() {
    let all = Altered::of(&simulated("demo", 1.0), |_| None);
    doctor(&all).says("✓ changes").says("arn:aws:iam::123456789012:role/oncall may make all of them, as simulated");
    let denied = Altered::of(&simulated(&denying("UpdateEndpointWeights*"), 1.0), |_| None);
    doctor(&denied).says("▲ changes").says(&format!("set-instances: {ACTION} (denied)"));
    doctor(&denied).says("sagetop policy --for set-instances prints what");
    let mute = Altered::of(&simulated(&denying("SimulatePrincipalPolicy"), 1.0), |_| None);
    doctor(&mute).says("▲ changes").says("not simulated: SimulatePrincipalPolicy");
}

#[test]
fn a_session_is_simulated_as_its_role_and_a_doubtful_answer_denies_nothing() {
    let result = |action: &str, decision: &str, more: &str| {
        format!(
            "<member><EvalActionName>{action}</EvalActionName><EvalDecision>{decision}</EvalDecision>{more}</member>"
        )
    };
    let results = [
        result("sagemaker:UpdateEndpoint", "implicitDeny", ""),
        result("sagemaker:CreateModel", "explicitDeny", ""),
        result(
            "events:DisableRule",
            "implicitDeny",
            "<MissingContextValues><member>aws:RequestedRegion</member></MissingContextValues>",
        ),
        result("events:EnableRule", "somethingNew", ""),
        result("teleport:Everything", "explicitDeny", ""),
    ];
    let answer = format!(
        "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><SimulatePrincipalPolicyResult>\
         <IsTruncated>false</IsTruncated><EvaluationResults>{}</EvaluationResults></SimulatePrincipalPolicyResult>\
         </SimulatePrincipalPolicyResponse>",
        results.concat()
    );
    let account = Altered::of(&simulated("demo", 1.0), move |asked| {
        (asked.operation == "SimulatePrincipalPolicy").then(|| Answer::xml(200, answer.clone()))
    });
    let told = doctor(&account)
        .says("sagemaker:CreateModel (denied), sagemaker:UpdateEndpoint (not allowed for all resources)")
        .out;
    assert!(!told.contains("switch-rule:") && !told.contains("teleport"), "{told}");
    let asked = account.asked().into_iter().find(|asked| asked.operation == "SimulatePrincipalPolicy").unwrap();
    let form = String::from_utf8_lossy(&asked.body).into_owned();
    assert!(form.contains("PolicySourceArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Foncall"), "{form}");
}

#[tokio::test(start_paused = true)]
async fn the_menu_says_what_is_denied_and_asks_once() {
    let mut t = Harness::story(&denying("UpdateEndpointWeights*")).size(160, 50).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    assert_eq!(t.sim().calls("SimulatePrincipalPolicy"), 0, "nobody has opened the menu");
    t.keys("A").await;
    t.until("IAM simulates that", "30s").await;
    let asked = t.sim().calls("SimulatePrincipalPolicy");
    t.keys("esc A").await;
    t.run_for("10s").await;
    assert_eq!(t.sim().calls("SimulatePrincipalPolicy"), asked);
    // After everything is read anew, AWS itself decides.
    t.keys("esc ctrl-r").await;
    t.run_for("10s").await;
    t.keys("A").await;
    t.run_for("10s").await;
    t.never_says("IAM simulates that");
    assert_eq!(t.sim().calls("SimulatePrincipalPolicy"), asked);
    assert!(t.sim().write_calls().is_empty());
}
