-- Roles belong to the whole server: those of the workflow tests go.
SET client_min_messages = warning;
SELECT budgetpm.drop_ledger('budget', 'budget') \g /dev/null
DROP ROLE wf_ann, wf_bo, wf_cy, wf_di, wf_ed, wf_fay;
